// Whether a test has really asked, as a driver's role and no other, for what the driver is granted.
import { expect } from "vitest";
import type { Sandbox } from "#sandbox/sandbox.ts";
import { NAMES } from "./as-role.ts";

/** And was allowed. */
export function expectAsked(sandbox: Sandbox, short: string, actions: string[]): void {
  const asked = sandbox.askedBy(NAMES.roleArn(short)).allowed.map(({ action }) => action);
  expect(asked).toEqual(expect.arrayContaining(actions));
}
