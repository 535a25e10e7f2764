import { expect, test } from "vitest";
import { bodyOf, stopsOf } from "./wanted-train.ts";

const member = (app: string, isBeside = false) => ({ app, environment: "prod", version: "v2", isBeside });

test("those that go beside the one before share its stop, and the first has a stop of its own whatever it says", () => {
  const wanted = [member("orders", true), member("web"), member("mobile", true)];
  const named = (app: string) => ({ app, environment: "prod", version: "v2" });
  expect(bodyOf(" friday ", wanted)).toEqual({
    name: "friday",
    stops: [[named("orders")], [named("web"), named("mobile")]],
  });
  expect(stopsOf(wanted)).toEqual([1, 2, 2]);
});

test("while a choice is missing there is nothing to ask for", () => {
  expect(bodyOf("", [])).toBeNull();
  expect(bodyOf("", [member("web"), { ...member("orders"), version: "" }])).toBeNull();
  expect(bodyOf("", [member("web")])).not.toHaveProperty("name");
});
