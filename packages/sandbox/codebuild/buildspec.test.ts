import { expect, test } from "vitest";
import { parseBuildspec } from "./buildspec.ts";

test("phases, variables and exported variables are read", () => {
  const text = `version: 0.2
env:
  variables: { A: x, N: 5 }
  exported-variables: [A]
phases:
  build:
    on-failure: ABORT
    commands:
      - echo one
      - |
        if true
        then echo two
        fi
    finally: [echo end]
`;
  expect(parseBuildspec(text)).toEqual({
    variables: { A: "x", N: "5" },
    exported: ["A"],
    phases: {
      build: {
        commands: ["echo one", "if true\nthen echo two\nfi\n"],
        finally: ["echo end"],
        onFailure: "ABORT",
      },
    },
  });
});

test.each([
  ["version: 0.1\nphases: {}", "version: this sandbox knows 0.2"],
  ["version: 0.2\nphases: {}\nartifacts: {}", "artifacts is not available in this sandbox"],
  ["version: 0.2\nenv: { secrets-manager: {} }\nphases: {}", "env.secrets-manager is not available"],
  ["version: 0.2\nphases: { test: {} }", "phases.test is not available"],
  ["version: 0.2\nphases: { build: { run-as: x } }", "phases.build.run-as is not available"],
  ["version: 0.2\nphases: { build: { on-failure: RETRY } }", "phases.build.on-failure"],
  ["version: 0.2\nphases: { install: { runtime-versions: { java: 21 } } }", "runtime-versions.java"],
  ["version: 0.2\nphases: { build: { commands: [1] } }", "phases.build.commands: must be a list of strings"],
  ["version: 0.2", "phases: must be a mapping"],
])("what it does not know is refused by its name: %j", (text, why) => {
  expect(() => parseBuildspec(text)).toThrow(why);
});
