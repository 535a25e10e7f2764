import { expect, test } from "vitest";
import { payloadFor } from "./input.ts";

const EVENT = { id: "1", detail: { name: 'say "hi"', size: 3, list: [{ x: 1 }] } };

test("without a word the target gets the whole event", () => {
  expect(JSON.parse(payloadFor({}, EVENT))).toEqual(EVENT);
});

test("a constant input replaces the event", () => {
  expect(payloadFor({ Input: '{"a":1}' }, EVENT)).toBe('{"a":1}');
});

test("a path picks a part of the event", () => {
  expect(payloadFor({ InputPath: "$.detail.list[0]" }, EVENT)).toBe('{"x":1}');
  expect(payloadFor({ InputPath: "$.nothing" }, EVENT)).toBe("null");
});

test("a template is filled: JSON outside of quotes, text inside", () => {
  const InputTransformer = {
    InputPathsMap: { name: "$.detail.name", size: "$.detail.size" },
    InputTemplate: '{"text": "<name>!", "name": <name>, "size": <size>}',
  };
  expect(JSON.parse(payloadFor({ InputTransformer }, EVENT))).toEqual({
    text: 'say "hi"!',
    name: 'say "hi"',
    size: 3,
  });
});

test("a path with a filter is refused", () => {
  expect(() => payloadFor({ InputPath: "$..name" }, EVENT)).toThrow("does not implement the path $..name");
});
