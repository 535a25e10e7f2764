// Every list of the API: newest first, a page at a time, with a cursor that stays right while things are added. A new list cannot
// stay away: what is here is held against the routes.
import { expect, test } from "vitest";
import type * as z from "zod";
import { instant } from "#core/clock.ts";
import { firstDelivery } from "#core/notify/attempts.ts";
import { deliveryId } from "#store/deliveries.ts";
import { aNotice, aReceiver } from "#test/support/a-notice.ts";
import { openShop, POOL, registerRelease, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";
import { ROUTES } from "./routes.ts";

type Listed = Record<string, unknown>;
type List = {
  path?: string;
  /** Makes one, through the API where the API makes them. */
  make: (api: TestApi, name: string) => Promise<unknown>;
  nameOf: (one: Listed) => unknown;
};

const by = (field: string) => (one: Listed) => one[field];
const ofApp = { nameOf: by("app") };
const RULES = [{ claims: { sub: "repo:acme/shop" }, role: "viewer" }];

const deployTo = async (api: TestApi, environment: string) => {
  await api.call("PUT", `/v1/environments/${environment}`, POOL);
  return api.call("POST", "/v1/apps/shop/deployments", { environment, version: "v1" });
};
const ask = (api: TestApi, app: string) =>
  api.store.targets.acquire({
    app,
    environment: "prod",
    kind: "server",
    owner: "dep_1",
    onConflict: "queue",
  });
const heal = (api: TestApi, app: string) => {
  const at = instant(api.clock.now());
  const where = { app, environment: "prod", startedAt: at, endedAt: at };
  const what = { trigger: "schedule" as const, actions: [], summary: "All well." };
  return api.store.healingRuns.put({ id: api.deps.ids("heal"), ...where, ...what });
};
const tell = (api: TestApi, app: string) => {
  const notice = aNotice({ id: `dep_1-${app}`, app, at: instant(api.clock.now()) });
  const first = firstDelivery(deliveryId(notice, "ops"), notice, aReceiver({ name: "ops" }), api.clock.now());
  return api.store.deliveries.add(first);
};
const lose = (api: TestApi, name: string) =>
  api.store.deadLetters.add({
    id: api.deps.ids("dead"),
    at: instant(api.clock.now()),
    event: "deploy",
    payload: {},
    attempts: 3,
    error: name,
    replayedAt: null,
    replayedBy: null,
  });

const LISTS: Record<string, List> = {
  "GET /v1/environments": {
    make: (api, name) => api.call("PUT", `/v1/environments/${name}`, POOL),
    nameOf: by("name"),
  },
  "GET /v1/environments/{env}/bad-hosts": {
    path: "/v1/environments/prod/bad-hosts",
    make: (api, host) => api.call("PUT", `/v1/environments/prod/bad-hosts/web/${host}`, { why: "it is ill" }),
    nameOf: by("host"),
  },
  "GET /v1/apps": { make: (api, app) => api.call("PUT", `/v1/apps/${app}`, { ...SHOP, app }), ...ofApp },
  "GET /v1/apps/{app}/releases": {
    path: "/v1/apps/shop/releases",
    make: registerRelease,
    nameOf: by("version"),
  },
  "GET /v1/deployments": { make: deployTo, nameOf: by("environment") },
  "GET /v1/trains": {
    make: (api, name) =>
      api.call("POST", "/v1/trains", { name, stops: [{ app: "shop", environment: "prod", version: "v1" }] }),
    nameOf: by("name"),
  },
  "GET /v1/targets": { make: ask, ...ofApp },
  "GET /v1/services": { make: ask, ...ofApp },
  "GET /v1/healing-runs": { make: heal, ...ofApp },
  "GET /v1/audit": {
    make: (api, name) => api.call("POST", `/v1/${name}`),
    nameOf: (one) => String(one.path).slice("/v1/".length),
  },
  "GET /v1/dead-letters": { make: lose, nameOf: by("error") },
  "GET /v1/tokens": {
    make: (api, name) => api.call("POST", "/v1/tokens", { name, role: "viewer" }),
    nameOf: by("name"),
  },
  "GET /v1/oidc-issuers": {
    make: (api, name) =>
      api.call("PUT", `/v1/oidc-issuers/${name}`, {
        issuer: `https://${name}.example.com`,
        audience: "tutti",
        rules: RULES,
      }),
    nameOf: by("name"),
  },
  "GET /v1/notifications": { make: tell, ...ofApp },
};

/** Lists that are no such list, and why; docs/architecture.md says so too. */
const OTHERS: Record<string, string> = {
  "GET /v1/deployments/{id}/events": "is a log that is followed: oldest first, from `after` on",
  "GET /v1/insights":
    "has sums over a time, which have none of their own: by app and environment, all at once",
};

function listsOf(): string[] {
  return ROUTES.filter(({ key, answers }) => {
    const shape = (answers as Record<number, z.ZodObject | undefined>)[200]?.shape;
    return key.startsWith("GET ") && shape !== undefined && "items" in shape;
  }).map(({ key }) => key);
}

test("every list of the API is here", () => {
  expect([...Object.keys(LISTS), ...Object.keys(OTHERS)].sort()).toEqual(listsOf().sort());
});

/** Made in an order that is neither that of the alphabet nor its reverse. */
const MADE = ["bb", "cc", "aa"];

test.each(Object.entries(LISTS))("%s: newest first, also while things are added", async (key, list) => {
  const { path = key.slice("GET ".length), make, nameOf } = list;
  const api = await openTestApi();
  const page = async (query: string) => {
    const { status, body } = await api.call("GET", `${path}${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return { names: body.items.map(nameOf), cursor: body.cursor };
  };
  await openShop(api, ["v1"]);
  const { names: before } = await page("");
  const add = async (name: string) => {
    api.clock.advance(1000);
    const answer = await make(api, name);
    if (key !== "GET /v1/audit") expect((answer as { status?: number })?.status ?? 201).toBeLessThan(300);
  };
  for (const name of MADE) await add(name);

  const walked: unknown[] = [];
  for (let cursor: string | null = ""; cursor !== null; ) {
    const { names, cursor: next } = await page(`?limit=1${cursor && `&cursor=${cursor}`}`);
    expect(names).toHaveLength(1);
    if (walked.length === 0) await add("ab");
    walked.push(...names);
    cursor = next;
  }
  expect(walked).toEqual([...MADE.toReversed(), ...before]);
  expect((await page("")).names).toEqual(["ab", ...MADE.toReversed(), ...before]);
  await api.close();
});
