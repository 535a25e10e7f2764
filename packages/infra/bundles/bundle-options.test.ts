import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { bundleOptions } from "./bundle-options.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

test("a bundle that speaks HTTP does not have Node load its fetch", async () => {
  const { build } = await import("esbuild");
  const contents = `import { Agent, request } from "node:http";
    import * as http from "http";
    const loaded = process.moduleLoadList.some((one) => one.includes("undici/undici"));
    console.log([typeof Agent, http.request === request, loaded].join(" "));`;
  const said = async (more: object) => {
    const stdin = { contents, resolveDir: ROOT };
    const common = {
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
      absWorkingDir: ROOT,
    } as const;
    const made = await build({ ...common, stdin, ...more });
    const args = ["--input-type=module", "-e", made.outputFiles[0]!.text];
    return execFileSync(process.execPath, args, { encoding: "utf8", env: {} }).trim();
  };
  expect(await said({})).toBe("function true true");
  const { alias } = bundleOptions("unused");
  expect(await said({ alias })).toBe("function true false");
});
