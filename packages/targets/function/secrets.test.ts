import { strToU8, unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { handlerOf, withReader } from "./secrets.ts";
import { checkZip } from "./zip-check.ts";

const APP = zipSync({ "index.js": strToU8("exports.handler = 1"), "lib/a.txt": strToU8("a") });

test("the configuration of a function holds references, and a handler of ours in front of the app's", () => {
  const secrets = { DB: "secretsmanager:shop/db#password" };
  expect(handlerOf(aSpec({ kind: "function", secrets }))).toEqual({
    handler: "tutti-secrets/handler.handler",
    variables: {
      TUTTI_HANDLER: "index.handler",
      TUTTI_SECRETS: '{"DB":"secretsmanager:shop/db#password"}',
    },
  });
  expect(handlerOf(aSpec({ kind: "function" }))).toEqual({ handler: "index.handler", variables: {} });
});

test("what reads them is put into the package, behind the app's own files and the same every time", () => {
  const zip = withReader(APP);
  const files = unzipSync(zip);
  expect(Object.keys(files)).toEqual([
    "index.js",
    "lib/a.txt",
    "tutti-secrets/handler.mjs",
    "tutti-secrets/read.cjs",
  ]);
  expect(Buffer.from(files["lib/a.txt"]!).toString()).toBe("a");
  expect(Buffer.from(files["tutti-secrets/read.cjs"]!).toString()).toContain(
    "module.exports = { readSecrets",
  );
  checkZip(zip);
  expect(withReader(APP)).toEqual(zip);
});
