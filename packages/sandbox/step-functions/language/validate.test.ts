import { expect, test } from "vitest";
import { validate } from "./validate.ts";

// biome-ignore lint/suspicious/noExplicitAny: half of these are wrong on purpose.
type Json = any;
const problems = (definition: Json) => validate(JSON.stringify({ QueryLanguage: "JSONata", ...definition }));
const state = (A: Json) => ({ StartAt: "A", States: { A } });
const invoke = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true };

test.each<[string, Json, string]>([
  [
    "a JSONPath machine",
    { QueryLanguage: "JSONPath", ...state({ Type: "Succeed" }) },
    "only QueryLanguage JSONata",
  ],
  ["an unknown type", state({ Type: "Jump" }), 'Type "Jump" is not one of'],
  [
    "an unknown field",
    state({ Type: "Pass", End: true, ResultPath: "$.x" }),
    'Field "ResultPath" is not supported',
  ],
  ["a missing target", state({ Type: "Pass", Next: "B" }), "Missing 'Next' target: B"],
  [
    "a state nobody reaches",
    { StartAt: "A", States: { A: { Type: "Succeed" }, B: { Type: "Succeed" } } },
    'State "B" is not reachable',
  ],
  ["neither Next nor End", state({ Type: "Pass" }), "Exactly one of Next and End"],
  [
    "a resource that is not here",
    state({ ...invoke, Resource: "arn:aws:states:::sqs:sendMessage" }),
    "arn:aws:states:::sqs:sendMessage is not implemented",
  ],
  ["a field that is not here", state({ ...invoke, Credentials: {} }), "Credentials is not implemented"],
  ["broken JSONata", state({ Type: "Pass", Output: "{% 1 + %}", End: true }), "at /States/A/Output"],
  [
    "States.ALL beside others",
    state({ ...invoke, Retry: [{ ErrorEquals: ["States.ALL", "X"] }] }),
    "States.ALL must appear alone",
  ],
  [
    "a distributed Map",
    state({
      Type: "Map",
      End: true,
      ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, ...state({ Type: "Succeed" }) },
    }),
    "Map mode DISTRIBUTED is not implemented",
  ],
  [
    "a state name used twice",
    state({ Type: "Parallel", End: true, Branches: [state({ Type: "Succeed" })] }),
    "DUPLICATE_STATE_NAME: A",
  ],
  [
    "a variable of the outer scope assigned inside",
    state({
      Type: "Parallel",
      End: true,
      Assign: { x: 1 },
      Branches: [{ StartAt: "B", States: { B: { Type: "Pass", Assign: { x: 2 }, End: true } } }],
    }),
    "Variable x is already assigned in an outer scope",
  ],
  [
    "a heartbeat longer than the time-out",
    state({ ...invoke, TimeoutSeconds: 5, HeartbeatSeconds: 5 }),
    "HeartbeatSeconds must be smaller",
  ],
])("%s is refused in words that name it", (_name, definition, words) => {
  expect(problems(definition).join("\n")).toContain(words);
});

test("a sound definition has no problems", () => {
  expect(problems(state(invoke))).toEqual([]);
});
