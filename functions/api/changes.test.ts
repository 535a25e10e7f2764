// Waiting for news of lists: at once where there is some, else when there is, else when the time is up.
import { afterEach, beforeEach, expect, test } from "vitest";
import { openShop } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
});
afterEach(() => api.close());

const ask = (query: string) => api.call("GET", `/v1/changes?${query}`);

test("without a mark, or with an old one, the answer comes at once, and the mark of now waits until the time is up", async () => {
  const from = api.clock.now();
  const { body: first } = await ask("of=targets,deployments&waitSeconds=20");
  expect([first.changed, api.clock.now()]).toEqual([true, from]);
  const { body: second } = await ask(`of=targets,deployments&waitSeconds=20&after=${first.mark}`);
  expect([second, api.clock.now() - from]).toEqual([{ mark: first.mark, changed: false }, 20_000]);
  await api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v1" });
  const { body: third } = await ask(`of=targets,deployments&waitSeconds=20&after=${first.mark}`);
  expect([third.changed, api.clock.now() - from]).toEqual([true, 20_000]);
});

test("who waits hears of a deployment while it is asked for, and of nothing else", async () => {
  const { mark } = (await ask("of=trains")).body;
  const { mark: ofTargets } = (await ask("of=targets")).body;
  const { sleep, now } = api.clock;
  const from = now();
  api.clock.sleep = async (milliseconds) => {
    await sleep(milliseconds);
    if (now() - from < 3000) return;
    api.clock.sleep = sleep;
    await api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v1" });
  };
  expect((await ask(`of=targets&waitSeconds=20&after=${ofTargets}`)).body.changed).toBe(true);
  expect(now() - from).toBeLessThan(4000);
  expect((await ask(`of=trains&after=${mark}`)).body).toEqual({ mark, changed: false });
});

test("every call that changes something is news of the audit", async () => {
  const { mark } = (await ask("of=audit")).body;
  await api.call("POST", "/v1/tokens", { name: "ann", role: "viewer" });
  expect((await ask(`of=audit&after=${mark}`)).body.changed).toBe(true);
});

test("a topic that is none is refused with those that are", async () => {
  const { status, body } = await ask("of=targets,moods");
  expect([status, body.errors[0].path]).toEqual([422, "of.1"]);
  expect(body.errors[0].message).toContain("must be one of deployments, targets");
});
