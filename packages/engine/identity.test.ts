import { afterEach, beforeEach, expect, test } from "vitest";
import type { Manifest } from "#core/manifest/schema.ts";
import { specFor } from "#core/manifest/spec-for.ts";
import { aDeployment, aRelease } from "#test/support/a-deployment.ts";
import { openStage, type Stage } from "#test/support/stage.ts";
import { connected, connectionNotes } from "./connections.ts";
import { diagnose } from "./diagnose.ts";
import { ensureIdentity, removeIdentity } from "./identity.ts";
import { findDueIdentity } from "./renew-identity.ts";
import { settledTarget } from "./settled-target.ts";

const DAY_MS = 86_400_000;
const PROD = { environment: "prod" };

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

async function apply(manifest: Partial<Manifest> & { app: string }): Promise<void> {
  const whole = { kind: "server", start: "node app.js", ...manifest } as Manifest;
  const at = "2026-01-05T12:00:00.000Z";
  await stage.store.apps.put(
    { app: whole.app, kind: whole.kind, manifest: whole as never, updatedBy: "ann" },
    at,
  );
}

const specOf = (manifest: Partial<Manifest> & { app: string }) =>
  specFor({ kind: "server", start: "node app.js", ...manifest } as Manifest, "prod");

/** As if it had been deployed. */
async function standing(app: string, more: object = {}) {
  await stage.store.targets.acquire({ app, ...PROD, kind: "server", owner: "dep_1", onConflict: "reject" });
  await stage.store.targets.release({ app, ...PROD }, "dep_1");
  return stage.store.targets.change({ app, ...PROD }, (target) => ({ ...target, release: "v1", ...more }));
}

const SHOP = { app: "shop", connect: ["orders"] };

test("a caller gets an identity where an app that it connects to asks who calls, once a day at most", async () => {
  await apply({ app: "orders" });
  const target = await standing("shop");
  const deployment = { app: "shop", ...PROD, spec: specOf(SHOP) };
  await ensureIdentity(stage.deps, deployment, target, true);
  expect((await stage.store.targets.need(target)).identity).toBeUndefined();
  expect((await connected(stage.deps, "prod", deployment.spec)).secrets).toEqual({});

  await apply({ app: "orders", allow: ["shop"] });
  await ensureIdentity(stage.deps, deployment, target, true);
  const { identity } = await stage.store.targets.need(target);
  expect((await connected(stage.deps, "prod", deployment.spec)).secrets).toEqual({
    TUTTI_IDENTITY: "secretsmanager:tutti/identity/shop/prod",
  });
  await ensureIdentity(stage.deps, deployment, await stage.store.targets.need(target), true);
  expect((await stage.store.targets.need(target)).identity).toEqual(identity);
});

test("who is called knows whom it lets in, whose word it takes, and what stays open", async () => {
  const spec = specOf({ app: "orders", allow: ["shop"], health: { path: "/up?deep=1" } });
  expect((await connected(stage.deps, "prod", spec)).config).toEqual({});
  await ensureIdentity(stage.deps, { app: "orders", ...PROD, spec }, await standing("orders"), true);
  const { config } = await connected(stage.deps, "prod", spec);
  expect(JSON.parse(config.TUTTI_ALLOW!)).toEqual({
    callers: ["shop"],
    keys: [{ kty: "OKP", crv: "Ed25519", x: "x", kid: "k" }],
    open: ["/up"],
  });
});

test("a function that cannot read secrets gets no identity, and the dry run says so", async () => {
  await apply({ app: "orders", allow: ["shop"] });
  const spec = specOf({
    ...SHOP,
    kind: "function",
    function: { handler: "a.b", runtime: "python3.13" },
  } as never);
  await ensureIdentity(stage.deps, { app: "shop", ...PROD, spec }, await standing("shop"), true);
  expect((await stage.store.targets.need({ app: "shop", ...PROD })).identity).toBeUndefined();
  expect(await connectionNotes(stage.deps, "prod", spec)).toContain(
    "connect: orders asks who calls, and a function of python3.13 cannot hold an identity.",
  );
});

test("the dry run tells of callers that are not there, do not connect, or have no identity yet, and of calls to come that are refused", async () => {
  const orders = { app: "orders", allow: ["shop", "idle", "nobody", "stock"] };
  await apply(orders);
  await apply(SHOP);
  await apply({ app: "idle" });
  await apply({ app: "stock", connect: ["orders"] });
  await standing("shop");
  expect(await connectionNotes(stage.deps, "prod", specOf(orders))).toEqual([
    "allow: shop runs in prod without an identity yet; restart shop before orders, or its calls are refused until then.",
    "allow: idle does not say connect: [orders] for prod, so it gets no identity and its calls are refused.",
    "allow: there is no app nobody yet.",
  ]);
  expect(await connectionNotes(stage.deps, "prod", specOf({ app: "thief", connect: ["orders"] }))).toContain(
    "connect: orders does not allow thief in prod: its calls are refused.",
  );
  expect(await connectionNotes(stage.deps, "prod", specOf({ app: "free", allow: ["*"] }))).toEqual([]);
});

test("the first identity waits for a deployment that starts every copy, and counts when that has succeeded", async () => {
  const orders = { app: "orders", allow: ["shop"] };
  await apply(orders);
  await apply(SHOP);
  const deployment = { app: "shop", ...PROD, spec: specOf(SHOP) };
  await ensureIdentity(stage.deps, deployment, await standing("shop"), false);
  expect((await stage.store.targets.need(deployment)).identity).toBeUndefined();

  await ensureIdentity(stage.deps, deployment, await stage.store.targets.need(deployment), true);
  const told = await connectionNotes(stage.deps, "prod", specOf(orders));
  expect(told).toEqual([expect.stringMatching(/^allow: shop runs in prod without an identity yet; restart/)]);
  const end = aDeployment({ ...PROD, purpose: "restart", status: "succeeded" });
  await stage.store.targets.change(deployment, (target) => settledTarget(target, end));
  expect(await connectionNotes(stage.deps, "prod", specOf(orders))).toEqual([]);
});

test("a function gets its first identity with another version, since nobody restarts it", async () => {
  const orders = { app: "orders", allow: ["hello"] };
  await apply(orders);
  await apply({ app: "hello", kind: "function", connect: ["orders"], function: { handler: "a.b" } } as never);
  await standing("hello");
  expect(await connectionNotes(stage.deps, "prod", specOf(orders))).toEqual([
    "allow: hello runs in prod without an identity yet; release hello under a new version before orders, or its calls are refused until then.",
  ]);
});

test("whose address the manifest sets by hand is not missed", async () => {
  const byHand = { ...SHOP, config: { ORDERS_URL: "https://orders.example" } };
  expect(await connectionNotes(stage.deps, "prod", specOf(byHand))).toEqual([]);
  expect(await connectionNotes(stage.deps, "prod", specOf(SHOP))).toEqual([
    "connect: orders has no endpoint in prod yet, so ORDERS_URL is not set; deploy it, then restart shop.",
  ]);
});

test("an identity of thirty days is renewed by a restart, or in its place where nobody can ask for fresh copies", async () => {
  await apply({ app: "orders", allow: ["shop"] });
  const spec = specOf(SHOP);
  const before = await standing("shop");
  await stage.store.releases.create({
    ...aRelease("v1"),
    app: "shop",
    manifest: { kind: "server", start: "x", ...SHOP },
  } as never);
  await ensureIdentity(stage.deps, { app: "shop", ...PROD, spec }, before, true);
  expect(await findDueIdentity(stage.deps, before)).toBeNull();
  const issuedAt = new Date(stage.clock.now() - 31 * DAY_MS).toISOString();
  await stage.store.targets.change(before, (target) => ({
    ...target,
    identity: { ...target.identity!, issuedAt },
  }));
  expect(await findDueIdentity(stage.deps, before)).toMatchObject({
    from: "v1",
    to: "v1",
    by: "identity renewal",
    why: "its identity is 31 days old",
  });
  const { driver } = stage.deps;
  const likeLambda = { ...driver, capabilities: { ...driver.capabilities, freshOnRequest: false } };
  expect(await findDueIdentity({ ...stage.deps, driver: likeLambda }, before)).toBeNull();
  expect((await stage.store.targets.need(before)).identity!.issuedAt).not.toBe(issuedAt);
});

test("an identity goes with its target", async () => {
  const removed: string[] = [];
  const identities = {
    ...stage.deps.identities,
    remove: async ({ secret }: { secret: string }) => void removed.push(secret),
  };
  await standing("shop", { identity: { secret: "tutti/identity/shop/prod", issuedAt: "", expiresAt: "" } });
  await removeIdentity({ ...stage.deps, identities }, { app: "shop", ...PROD });
  await removeIdentity({ ...stage.deps, identities }, { app: "orders", ...PROD });
  expect(removed).toEqual(["tutti/identity/shop/prod"]);
});

test("the doctor looks for what certifies callers, where any are", async () => {
  const looked = () => diagnose(stage.deps, PROD);
  expect(await looked()).toEqual([]);
  await ensureIdentity(
    stage.deps,
    { app: "orders", ...PROD, spec: specOf({ app: "orders", allow: ["shop"] }) },
    await standing("orders"),
    true,
  );
  expect(await looked()).toMatchObject([
    { path: "allow", ok: false, mend: expect.stringContaining("Restore the secret tutti/authority/prod") },
  ]);
  stage.secrets.versions.set("tutti/authority/prod", "1");
  expect(await looked()).toMatchObject([{ path: "allow", ok: true }]);
});
