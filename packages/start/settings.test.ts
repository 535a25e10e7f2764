import { expect, test } from "vitest";
import { readSettings } from "./settings.ts";

test("two doors at one port are refused before anything is opened, unless any free port will do", () => {
  const of = (env: NodeJS.ProcessEnv) => readSettings(env, []);
  expect(() => of({ PORT: "4566" })).toThrow(
    "PORT and SANDBOX_AWS_PORT are both 4566: each needs a port of its own",
  );
  expect(of({ PORT: "0", SANDBOX_AWS_PORT: "0" })).toMatchObject({ port: 0, awsPort: 0 });
  expect(of({})).toMatchObject({ port: 4000, awsPort: 4566, timeScale: 1, servers: 3, fresh: false });
});
