import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { commandLine, resolveCommand, searchPath } from "./command-line.ts";
import { parseImage } from "./image-reference.ts";

const image = { Entrypoint: ["docker-entrypoint.sh"], Cmd: ["node", "app.js"] };

test("a command of the task's own replaces the image's, an entry point drops it too", () => {
  expect(commandLine(image, {})).toEqual(["docker-entrypoint.sh", "node", "app.js"]);
  expect(commandLine(image, { command: ["node", "b.js"] })).toEqual(["docker-entrypoint.sh", "node", "b.js"]);
  expect(commandLine(image, { entryPoint: ["sh"] })).toEqual(["sh"]);
});

test("paths that the image has are led into its root, node is this machine's", () => {
  const root = mkdtempSync(join(tmpdir(), "root-"));
  mkdirSync(join(root, "app/bin"), { recursive: true });
  writeFileSync(join(root, "app/bin/tool"), "");
  const path = searchPath("/app/bin:/nowhere", root);
  expect(path.split(":").slice(0, 2)).toEqual([dirname(process.execPath), join(root, "app/bin")]);
  expect(resolveCommand(["docker-entrypoint.sh", "node", "/app/bin/tool", "/etc/none"], root, path)).toEqual([
    process.execPath,
    join(root, "app/bin/tool"),
    "/etc/none",
  ]);
  expect(resolveCommand(["tool"], root, path)).toEqual([join(root, "app/bin/tool")]);
  expect(() => resolveCommand(["gone"], root, path)).toThrow(
    'exec: "gone": executable file not found in $PATH',
  );
});

test("an image is named by repository and tag or digest; nothing but ECR is a registry here", () => {
  const registry = "000000000000.dkr.ecr.us-east-1.amazonaws.com";
  const digest = `sha256:${"a".repeat(64)}`;
  expect(parseImage(`${registry}/team/web:v1`)).toEqual({
    region: "us-east-1",
    repository: "team/web",
    tag: "v1",
  });
  expect(parseImage(`${registry}/web`)).toEqual({ region: "us-east-1", repository: "web", tag: "latest" });
  expect(parseImage(`${registry}/web:v1@${digest}`)).toEqual({
    region: "us-east-1",
    repository: "web",
    digest,
  });
  expect(() => parseImage("nginx:latest")).toThrow("no registry other than Amazon ECR");
});
