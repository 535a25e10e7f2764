// `tutti image build` against a whole house: the folder is uploaded, CodeBuild builds it, the registry has it, and a
// release is pinned to it.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Io } from "#cli/io.ts";
import { run } from "#cli/run.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";

/** The book chapter's own. */
const DOCKERFILE = `FROM node:21.7

WORKDIR /home/node/app

COPY app.js .

EXPOSE 8080

USER node

CMD ["node", "app.js"]
`;

let house: TestHouse;
let folder: string;
beforeAll(async () => {
  house = await startHouse({ servers: 0 });
  folder = mkdtempSync(join(tmpdir(), "tutti-image-"));
  writeFileSync(join(folder, "Dockerfile"), DOCKERFILE);
  writeFileSync(join(folder, "app.js"), "console.log(1);\n");
  await house.client.apps.put("hello", { app: "hello", kind: "container", port: 8080 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await house?.clear();
});

async function tutti(...args: string[]) {
  const [out, err] = [[] as string[], [] as string[]];
  const io: Io = {
    out: (text) => void out.push(text),
    err: (text) => void err.push(text),
    input: async () => "",
    env: { TUTTI_URL: house.apiUrl, TUTTI_TOKEN: house.token },
    cwd: folder,
    terminal: false,
    color: false,
    columns: () => 100,
    rows: () => 30,
    now: () => Date.now(),
  };
  const code = await run(args, io);
  return { code, out: out.join(""), err: err.join("") };
}

test("the chapter's Dockerfile becomes an image, and its tag a release that is pinned to it", async () => {
  const { code, out } = await tutti("image", "build", ".", "-t", "hello:v1");
  expect(code).toBe(0);
  expect(out).toMatch(/^\d{12}\.dkr\.ecr\.us-east-1\.amazonaws\.com\/tutti\/hello@sha256:[0-9a-f]{64}\n$/);
  const image = out.trim();
  const tag = image.replace(/@.*/, ":v1");
  const { artifact } = await house.client.releases.create("hello", {
    version: "v1",
    artifact: { image: tag },
  });
  expect(artifact).toEqual({ image });
});

test("what the sandbox cannot build ends with exit code 1 and the line of the Dockerfile", async () => {
  writeFileSync(join(folder, "Dockerfile"), `${DOCKERFILE}RUN npm ci\n`);
  const { code, out } = await tutti("image", "build", ".", "-t", "hello:v2");
  expect(code).toBe(1);
  expect(out).toContain("hello v2: failed: Dockerfile:12: RUN is not available in this sandbox");
});
