import { expect, test } from "vitest";
import { parseTraceparent, traceIdOfXray, traceparentOf } from "./trace.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

test.each([
  [`00-${TRACE}-${SPAN}-01`, { traceId: TRACE, flags: "01" }],
  // A later version may say more behind what this one knows.
  [`01-${TRACE}-${SPAN}-00-more`, { traceId: TRACE, flags: "00" }],
  [`00-${TRACE}-${SPAN}-01-more`, null],
  [`ff-${TRACE}-${SPAN}-01`, null],
  [`00-${"0".repeat(32)}-${SPAN}-01`, null],
  [`00-${TRACE}-${"0".repeat(16)}-01`, null],
  [`00-${TRACE.toUpperCase()}-${SPAN}-01`, null],
  ["nonsense", null],
  [undefined, null],
])("traceparent %s", (text, expected) => {
  expect(parseTraceparent(text)).toEqual(expected);
});

test("the way on names the same trace and another parent", () => {
  expect(traceparentOf({ traceId: TRACE, flags: "01" }, SPAN)).toBe(`00-${TRACE}-${SPAN}-01`);
});

test("what X-Ray calls a trace is the same id without its hyphens", () => {
  const header = "Root=1-0af76519-16cd43dd8448eb211c80319c;Parent=b7ad6b7169203331;Sampled=0";
  expect(traceIdOfXray(header)).toBe(TRACE);
  expect(traceIdOfXray(undefined)).toBeNull();
});
