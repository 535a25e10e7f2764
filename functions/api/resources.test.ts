import { afterEach, beforeEach, expect, test } from "vitest";
import { NO_COST } from "#core/domain/cost.ts";
import { TuttiError } from "#core/errors.ts";
import { openShop, registerRelease, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;

beforeEach(async () => {
  api = await openTestApi();
  await openShop(api);
});

afterEach(() => api.close());

const deploy = (version: string, more: object = {}) =>
  api.call("POST", "/v1/apps/shop/deployments", { environment: "prod", version, ...more });
const PROD = { app: "shop", environment: "prod" };

/** As the engine leaves a target when a deployment has succeeded. */
async function succeed(id: string, version: string): Promise<void> {
  await api.store.targets.release(PROD, id, (target) => ({
    ...target,
    release: version,
    desired: 3,
    history: [version, ...target.history],
  }));
  await api.store.deployments.change(id, (deployment) => ({
    deployment: { ...deployment, status: "succeeded", endedAt: deployment.createdAt },
    events: [{ type: "status", message: "Done." }],
  }));
}

test("an app is created with 201 and replaced with 200", async () => {
  expect((await api.call("PUT", "/v1/apps/blog", { ...SHOP, app: "blog" })).status).toBe(201);
  const replaced = await api.call("PUT", "/v1/apps/blog", { ...SHOP, app: "blog", replicas: 5 });
  expect([replaced.status, replaced.body.manifest.replicas]).toEqual([200, 5]);
  expect((await api.call("GET", "/v1/apps/blog")).body).toEqual({ ...replaced.body, schedules: [] });
});

test("an environment is kept with all of its settings", async () => {
  const role = "arn:aws:iam::123456789012:role/tasks";
  const settings = {
    loadBalancer: {
      arn: "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/tutti/1",
      ports: { from: 8000, to: 8010 },
      vpcId: "vpc-1",
    },
    network: { subnetIds: ["subnet-1"], securityGroupIds: ["sg-1"] },
    vm: {
      baseImageId: "ami-0123456789abcdef0",
      instanceType: "t4g.small",
      user: "app",
      directory: "/opt/apps",
    },
    cluster: {
      arn: "arn:aws:ecs:eu-west-1:123456789012:cluster/main",
      executionRoleArn: role,
      taskRoleArn: role,
    },
    functionRoleArn: role,
  };
  const put = await api.call("PUT", "/v1/environments/north", settings);
  expect([put.status, put.body]).toMatchObject([201, settings]);
  const { body } = await api.call("GET", "/v1/environments");
  expect(body.items.find(({ name }: { name: string }) => name === "north")).toMatchObject(settings);
});

test("an upload is an address for 15 minutes and the uri that a release names", async () => {
  const { status, body } = await api.call("POST", "/v1/apps/shop/artifacts");
  expect(status).toBe(201);
  expect(body.uri).toMatch(/^s3:\/\/bucket\/uploads\/shop\/art_[0-9a-z]+\/artifact\.tar\.gz$/);
  expect(body.uploadUrl).toContain("expires=900");
});

test("the same version with the same content is 200, with other content 409", async () => {
  const first = await registerRelease(api, "v3");
  const again = await registerRelease(api, "v3");
  const other = await registerRelease(api, "v3", "elsewhere");
  expect([first.status, again.status, other.status]).toEqual([201, 200, 409]);
  expect(again.body).toEqual(first.body);
  expect(other.body.code).toBe("version_exists");
});

test("a digest that the caller names is recorded, one that nobody names is computed", async () => {
  const sha256 = "a".repeat(64);
  const artifact = { uri: "s3://bucket/uploads/shop/x/a.tar.gz", sha256 };
  const named = await api.call("POST", "/v1/apps/shop/releases", { version: "v3", artifact });
  expect(named.body.artifact).toEqual(artifact);
  const capitals = { ...artifact, sha256: "A".repeat(64) };
  const same = await api.call("POST", "/v1/apps/shop/releases", { version: "v3", artifact: capitals });
  expect([same.status, same.body]).toEqual([200, named.body]);
  expect((await registerRelease(api, "v4")).body.artifact.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test("an environment may be written as it was read, but not under another name", async () => {
  const put = (settings: object) => api.call("PUT", "/v1/environments/copied", settings);
  await put({ maintenance: [] });
  const { body } = await api.call("GET", "/v1/environments");
  const read = body.items.find(({ name }: { name: string }) => name === "copied");
  expect((await put(read)).body).toMatchObject({ ...read, updatedAt: expect.any(String) });
  const other = await put({ ...read, name: "prod" });
  expect([other.status, other.body.errors]).toEqual([
    422,
    [{ path: "name", message: 'must be the path\'s "copied", not "prod"' }],
  ]);
});

test("of several who make one environment at once, one hears that it was made", async () => {
  const puts = await Promise.all([1, 2, 3, 4].map(() => api.call("PUT", "/v1/environments/crowd", {})));
  expect(puts.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
});

test("releases are listed newest first", async () => {
  const { body } = await api.call("GET", "/v1/apps/shop/releases");
  expect(body.items.map((one: { version: string }) => one.version)).toEqual(["v2", "v1"]);
});

test("a deployment is accepted, started and shown without anything of the engine's own", async () => {
  const { status, body } = await deploy("v1");
  expect(status).toBe(202);
  expect(body).toEqual({
    id: body.id,
    app: "shop",
    environment: "prod",
    kind: "server",
    version: "v1",
    previousVersion: null,
    status: "planning",
    reason: "",
    revision: 1,
    createdAt: "2026-01-05T12:00:00.000Z",
    startedAt: null,
    endedAt: null,
    createdBy: "admin",
    trigger: "api",
    traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    steps: [],
    progress: { done: 0, total: 0 },
    health: { healthy: 0, unhealthy: 0, desired: 3 },
    failures: [],
    failureBudget: { used: 0, allowed: 0 },
    allowedActions: ["pause", "abort"],
    cost: { ...NO_COST, dollars: 0 },
  });
  expect(api.started.map((one) => one.input)).toEqual([
    { deploymentId: body.id, kind: "server", generation: 1, traceId: body.traceId },
  ]);
});

test("a second deployment waits and says where in the queue, rejects or supersedes, as asked", async () => {
  const first = await deploy("v1");
  const second = await deploy("v2");
  expect([second.body.status, second.body.queuePosition]).toEqual(["queued", 1]);
  const rejected = await deploy("v2", { onConflict: "reject" });
  expect([rejected.status, rejected.body.code]).toEqual([409, "target_busy"]);
  expect(rejected.body.activeDeployment).toBe(first.body.id);
  await deploy("v1", { onConflict: "supersede" });
  expect((await api.call("GET", `/v1/deployments/${second.body.id}`)).body.status).toBe("cancelled");
});

test("a dry run gives the driver's plan and changes nothing", async () => {
  const step = { type: "batch", label: "Install v1 on web-1", replicas: ["web-1"], action: "install" };
  api.answers.preview = {
    desired: 3,
    previousVersion: null,
    steps: [step],
    lowestHealthy: 2,
    estimatedSeconds: 15,
    estimatedCost: {
      stateTransitions: 8,
      lambdaCalls: 3,
      lambdaMilliseconds: 2000,
      lambdaGibSeconds: 0.5,
      readUnits: 12,
      writeUnits: 24,
    },
    estimatedDollars: 0.0004,
    config: [{ name: "GREETING", secret: false, from: null, to: "hi" }],
    notes: [],
  };
  const { status, body } = await deploy("v1", { dryRun: true });
  expect(status).toBe(200);
  expect(body.steps).toEqual([
    { index: 0, type: "batch", label: "Install v1 on web-1", replicas: ["web-1"] },
  ]);
  expect(body.config).toEqual([{ name: "GREETING", secret: false, from: null, to: "hi" }]);
  expect([body.lowestHealthy, body.estimatedSeconds, body.estimatedDollars]).toEqual([2, 15, 0.0004]);
  expect((await api.call("GET", "/v1/deployments")).body.items).toEqual([]);
  expect(api.started).toEqual([]);
});

test("deployments are filtered by app, environment and status", async () => {
  const { body } = await deploy("v1");
  const ids = async (query: string) =>
    (await api.call("GET", `/v1/deployments?${query}`)).body.items.map((one: { id: string }) => one.id);
  expect(await ids("app=shop&environment=prod&status=planning")).toEqual([body.id]);
  expect(await ids("status=succeeded")).toEqual([]);
  expect(await ids("app=blog")).toEqual([]);
});

test("a long poll answers at once for a higher revision, and after its time for none", async () => {
  const { body } = await deploy("v1");
  const began = api.clock.now();
  await api.call("GET", `/v1/deployments/${body.id}?waitSeconds=20&afterRevision=0`);
  expect(api.clock.now() - began).toBe(0);
  await api.call("GET", `/v1/deployments/${body.id}?waitSeconds=2&afterRevision=${body.revision}`);
  expect(api.clock.now() - began).toBe(2000);
});

test("events come oldest first, after the cursor", async () => {
  const { body } = await deploy("v1");
  await succeed(body.id, "v1");
  const events = async (query = "") =>
    (await api.call("GET", `/v1/deployments/${body.id}/events${query}`)).body;
  expect((await events()).items.map((one: { seq: number }) => one.seq)).toEqual([1, 2]);
  expect((await events("?after=1")).items.map((one: { message: string }) => one.message)).toEqual(["Done."]);
  expect((await events("?limit=1")).cursor).toBe("1");
  expect((await events("?cursor=2")).items).toEqual([]);
});

test("an operator's word is taken where the status allows it, else 409 with what is allowed", async () => {
  const { body } = await deploy("v1");
  expect((await api.call("POST", `/v1/deployments/${body.id}/pause`, { reason: "lunch" })).status).toBe(200);
  const refused = await api.call("POST", `/v1/deployments/${body.id}/approve`);
  expect([refused.status, refused.body.code]).toEqual([409, "action_not_allowed"]);
  expect(refused.body.allowed).toEqual(["pause", "resume", "abort"]);
});

test("a rollback goes to the last different release that succeeded there, or says that there is none", async () => {
  const rollback = () => api.call("POST", "/v1/apps/shop/rollback", { environment: "prod" });
  const none = await rollback();
  expect([none.status, none.body.code]).toEqual([409, "no_previous_release"]);
  for (const version of ["v1", "v2"]) await succeed((await deploy(version)).body.id, version);
  const { status, body } = await rollback();
  expect([status, body.version, body.previousVersion, body.trigger]).toEqual([202, "v1", "v2", "rollback"]);
});

test("a target is read live, and where its driver does not answer, as last seen", async () => {
  await succeed((await deploy("v1")).body.id, "v1");
  const replica = {
    id: "web-1",
    version: "v1",
    health: "healthy",
    address: "127.0.0.2:8080",
    startedAt: null,
  };
  const fleet = {
    replicas: [replica],
    spare: [],
    unreachable: [],
    endpoint: "http://127.0.0.1:8100",
    traffic: [],
    drift: [],
  };
  const target = await api.store.targets.setSnapshot(PROD, fleet as never);
  api.answers.inspect = { target, live: { fleet, observedAt: "2026-01-05T12:00:09.000Z" } };
  expect((await api.call("GET", "/v1/targets/shop/prod")).body.observedAt).toBe("2026-01-05T12:00:09.000Z");
  api.answers.inspect = new TuttiError("unreachable", "The driver did not answer.");
  const { status, body } = await api.call("GET", "/v1/targets/shop/prod");
  expect([status, body.release, body.observedAt]).toEqual([200, "v1", "2026-01-05T12:00:00.000Z"]);
  expect(body.replicas).toEqual([replica]);
  expect((await api.call("GET", "/v1/services/shop/prod")).body).toEqual({
    ...PROD,
    endpoint: "http://127.0.0.1:8100",
    addresses: ["127.0.0.2:8080"],
    identity: null,
    observedAt: "2026-01-05T12:00:00.000Z",
  });
  const listed = async (query: string) =>
    (await api.call("GET", `/v1/services?${query}`)).body.items.map((one: { app: string }) => one.app);
  expect(await listed("environment=prod")).toEqual(["shop"]);
  expect(await listed("environment=dev")).toEqual([]);
  expect(await listed("app=other")).toEqual([]);
});

test("scaling deploys what runs with another count", async () => {
  const scale = (replicas: number) => api.call("POST", "/v1/targets/shop/prod/scale", { replicas });
  expect((await scale(5)).status).toBe(404);
  await succeed((await deploy("v1")).body.id, "v1");
  const { status, body } = await scale(5);
  expect([status, body.version, body.trigger]).toEqual([202, "v1", "scale"]);
  expect((await api.store.deployments.need(body.id)).spec.replicas).toBe(5);
});

test("restarting deploys what runs as it is, in fresh copies", async () => {
  const restart = () => api.call("POST", "/v1/targets/shop/prod/restart");
  expect((await restart()).status).toBe(404);
  await succeed((await deploy("v1")).body.id, "v1");
  const { status, body } = await restart();
  expect([status, body.version, body.trigger]).toEqual([202, "v1", "restart"]);
  expect((await api.store.deployments.need(body.id)).purpose).toBe("restart");
});

test("healing on request is one pass of the driver's", async () => {
  await succeed((await deploy("v1")).body.id, "v1");
  api.answers.heal = { id: "heal_1", summary: "3 of 3 replicas, all well." };
  const { status, body } = await api.call("POST", "/v1/targets/shop/prod/heal");
  expect([status, body.id]).toEqual([200, "heal_1"]);
  expect(api.asked).toEqual([
    { kind: "server", request: { verb: "heal", ...PROD, trigger: "api", survey: true } },
  ]);
  expect(api.healingsStarted).toEqual([]);
});

test("what a survey finds is mended by an execution of the workflow, and the answer is the run as it ended", async () => {
  await succeed((await deploy("v1")).body.id, "v1");
  const startedAt = "2026-01-05T12:00:00.000Z";
  const run = { id: "heal_1", ...PROD, trigger: "api", startedAt, endedAt: startedAt, actions: [] } as const;
  const broken = [{ replica: "web-1", dead: true, detail: "the process is not running" }];
  api.answers.heal = { ...run, summary: "The repair is under way.", toMend: broken };
  const { sleep } = api.clock;
  api.clock.sleep = async (milliseconds) => {
    await sleep(milliseconds);
    const [seen] = (await api.call("GET", "/v1/healing-runs")).body.items;
    expect(seen).toMatchObject({ execution: "heal_1", underWay: true });
    await api.store.healingRuns.put({
      ...run,
      actions: [],
      summary: "1 of 1 repaired.",
      execution: "heal_1",
    });
  };
  const { status, body } = await api.call("POST", "/v1/targets/shop/prod/heal");
  expect([status, body.summary, body.execution]).toEqual([200, "1 of 1 repaired.", "heal_1"]);
  expect(api.healingsStarted).toEqual([
    {
      name: "heal_1",
      input: { runId: "heal_1", ...PROD, kind: "server", trigger: "api", startedAt, broken },
    },
  ]);
});

test("an app that runs is deleted only by force: what is under way is stopped, what runs is retired", async () => {
  const { body } = await deploy("v1");
  const refused = await api.call("DELETE", "/v1/apps/shop");
  expect([refused.status, refused.body.running]).toEqual([
    409,
    [{ environment: "prod", release: null, activeDeployment: body.id }],
  ]);
  const { sleep } = api.clock;
  api.clock.sleep = async (milliseconds) => {
    await sleep(milliseconds);
    await api.store.targets.release(PROD, body.id);
  };
  expect((await api.call("DELETE", "/v1/apps/shop?force=true")).status).toBe(204);
  expect((await api.store.deployments.need(body.id)).intent?.action).toBe("abort");
  expect(api.asked).toEqual([{ kind: "server", request: { verb: "retire", ...PROD } }]);
  expect((await api.call("GET", "/v1/apps/shop")).status).toBe(404);
  expect((await api.call("GET", "/v1/targets")).body.items).toEqual([]);
});

test("a name that was deleted may use its versions again for other content", async () => {
  expect((await api.call("DELETE", "/v1/apps/shop")).status).toBe(204);
  await api.call("PUT", "/v1/apps/shop", SHOP);
  expect((await registerRelease(api, "v1", "elsewhere")).status).toBe(201);
});

test("what runs as one kind does not become another", async () => {
  await succeed((await deploy("v1")).body.id, "v1");
  const answer = await api.call("PUT", "/v1/apps/shop", { app: "shop", kind: "function" });
  expect([answer.status, answer.body.code]).toEqual([409, "conflict"]);
});
