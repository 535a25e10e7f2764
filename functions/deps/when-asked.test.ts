import { expect, test } from "vitest";
import { whenAsked } from "./when-asked.ts";

type Shop = { name: string; sell(thing: string, count: number): Promise<string> };

function aShop() {
  let opened = 0;
  const shop = whenAsked<Shop, { name: string }>(
    async () => {
      opened += 1;
      return { name: "corner", sell: async (thing, count) => `${count} ${thing}` };
    },
    { name: "corner" },
  );
  return { shop, opened: () => opened };
}

test("it is made when it is first asked for something, and once", async () => {
  const { shop, opened } = aShop();
  expect([shop.name, opened()]).toEqual(["corner", 0]);
  expect(await Promise.all([shop.sell("pears", 2), shop.sell("plums", 3)])).toEqual(["2 pears", "3 plums"]);
  expect(opened()).toBe(1);
});

test("it may be handed on by an asynchronous function, and is not made by that", async () => {
  const { shop, opened } = aShop();
  const handedOn = await (async () => shop)();
  expect([handedOn === shop, opened()]).toEqual([true, 0]);
});

test("what it fails with is what its caller sees", async () => {
  const broken = whenAsked<Pick<Shop, "sell">>(async () => ({
    sell: async () => Promise.reject(new Error("closed")),
  }));
  await expect(broken.sell("pears", 1)).rejects.toThrow("closed");
});

test("only asynchronous functions can wait for it", () => {
  // @ts-expect-error: a name cannot be asked for later.
  whenAsked<Shop>(async () => ({ name: "corner", sell: async () => "" }));
});
