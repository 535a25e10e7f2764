import { expect, test } from "vitest";
import { isForEach, roleFor } from "./app-role.ts";

const ACCOUNT = "arn:aws:iam::123456789012:role";

test("a role with {app} in its name is another one for each app; one without is the same for all", () => {
  expect(roleFor("storefront", `${ACCOUNT}/tutti-app-{app}`)).toBe(`${ACCOUNT}/tutti-app-storefront`);
  expect(roleFor("orders", `${ACCOUNT}/tutti-app-{app}`)).toBe(`${ACCOUNT}/tutti-app-orders`);
  expect(roleFor("orders", `${ACCOUNT}/tutti-app-all`)).toBe(`${ACCOUNT}/tutti-app-all`);
  expect([`${ACCOUNT}/tutti-app-{app}`, `${ACCOUNT}/tutti-app-all`].map(isForEach)).toEqual([true, false]);
});
