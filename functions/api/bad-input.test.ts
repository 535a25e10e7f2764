import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openShop, SHOP } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
let before: string;

beforeAll(async () => {
  api = await openTestApi();
  await openShop(api);
});

afterAll(() => api.close());

beforeEach(async () => {
  before = await everything();
});

/** All that a refused call might have changed; the audit has its own tests. */
async function everything(): Promise<string> {
  const lists = ["/v1/apps", "/v1/environments", "/v1/apps/shop/releases", "/v1/deployments", "/v1/targets"];
  const answers = await Promise.all(lists.map((path) => api.call("GET", path)));
  return JSON.stringify([answers.map((one) => one.body), api.started, api.asked]);
}

type Refused = { status: number; code: string; errors?: { path: string; message: string }[] };

async function refused(method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = await api.call(method, path, body, headers);
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect(answer.body.status).toBe(answer.status);
  expect(answer.body.title).toEqual(expect.any(String));
  expect(answer.body.detail).toEqual(expect.any(String));
  expect(await everything()).toBe(before);
  const { status, code, errors } = answer.body;
  return { status, code, ...(errors ? { errors } : {}) } as Refused;
}

test("an unknown key of a manifest is refused by its path", async () => {
  expect(await refused("PUT", "/v1/apps/shop", { ...SHOP, replicsa: 3 })).toEqual({
    status: 422,
    code: "invalid_input",
    errors: [{ path: "replicsa", message: "is not a known key; did you mean replicas?" }],
  });
});

test("a wrong type in an environment is refused by its dotted path", async () => {
  const manifest = { ...SHOP, environments: { prod: { replicas: "three" } } };
  expect(await refused("PUT", "/v1/apps/shop", manifest)).toEqual({
    status: 422,
    code: "invalid_input",
    errors: [{ path: "environments.prod.replicas", message: 'must be a number, not "three"' }],
  });
});

test("a batch over 100% is refused in the contract's words", async () => {
  const manifest = { ...SHOP, environments: { prod: { rollout: { batch: "150%" } } } };
  expect(await refused("PUT", "/v1/apps/shop", manifest)).toEqual({
    status: 422,
    code: "invalid_input",
    errors: [{ path: "environments.prod.rollout.batch", message: '"150%" is over 100%' }],
  });
});

test("a deployment's own rollout is refused by its path", async () => {
  const body = { environment: "prod", version: "v1", rollout: { batch: "150%" } };
  expect(await refused("POST", "/v1/apps/shop/deployments", body)).toEqual({
    status: 422,
    code: "invalid_input",
    errors: [{ path: "rollout.batch", message: '"150%" is over 100%' }],
  });
});

test("an unknown environment is refused by its path, naming those there are", async () => {
  const body = { environment: "moon", version: "v1" };
  const errors = [{ path: "environment", message: '"moon" is not a known environment; there are: prod' }];
  expect(await refused("POST", "/v1/apps/shop/deployments", body)).toEqual({
    status: 422,
    code: "invalid_input",
    errors,
  });
  expect(await refused("POST", "/v1/apps/shop/rollback", body)).toEqual({
    status: 422,
    code: "invalid_input",
    errors,
  });
});

test("an unknown version is refused by its path, naming the newest", async () => {
  expect(await refused("POST", "/v1/apps/shop/deployments", { environment: "prod", version: "v9" })).toEqual({
    status: 422,
    code: "invalid_input",
    errors: [{ path: "version", message: '"v9" is not a release of shop; the newest are: v2, v1' }],
  });
});

test("an app name that climbs out is refused", async () => {
  for (const name of ["..%2fshop", "..%2F..%2Fetc", "Shop", "-shop", "a".repeat(50), "sh%00op"])
    expect(await refused("PUT", `/v1/apps/${name}`, SHOP)).toMatchObject({
      status: 422,
      code: "invalid_input",
      errors: [{ path: "app" }],
    });
  expect(await refused("PUT", "/v1/apps/../shop", SHOP)).toEqual({ status: 404, code: "not_found" });
});

test("a manifest's app must be the path's", async () => {
  expect(await refused("PUT", "/v1/apps/other", SHOP)).toEqual({
    status: 422,
    code: "invalid_input",
    errors: [{ path: "app", message: 'is "shop", but the path says "other"' }],
  });
});

test("a version that is no plain name is refused", async () => {
  const artifact = { uri: "s3://bucket/uploads/shop/x/a.tar.gz" };
  for (const version of ["../v1", "", "v 1", ".v1", "x".repeat(65), 1])
    expect(await refused("POST", "/v1/apps/shop/releases", { version, artifact })).toMatchObject({
      status: 422,
      errors: [{ path: "version" }],
    });
});

test("an artifact elsewhere, or of another app, or not there, is refused", async () => {
  const uris = [
    "s3://other/uploads/shop/a",
    "s3://bucket/uploads/blog/a",
    "s3://bucket/uploads/shop/missing",
  ];
  for (const uri of uris)
    expect(
      await refused("POST", "/v1/apps/shop/releases", { version: "v3", artifact: { uri } }),
    ).toMatchObject({
      status: 422,
      errors: [{ path: "artifact.uri" }],
    });
});

test("a body of 2 MB is refused, with a content-length and without", async () => {
  const text = JSON.stringify({ ...SHOP, config: { TEXT: "x".repeat(2_000_000) } });
  expect(await refused("PUT", "/v1/apps/shop", text)).toEqual({ status: 413, code: "body_too_large" });
  const length = { "content-length": String(text.length) };
  expect(await refused("PUT", "/v1/apps/shop", text, length)).toEqual({
    status: 413,
    code: "body_too_large",
  });
});

test("a broken or missing body is refused as such", async () => {
  for (const text of ['{"app": "shop"', "{app: shop}", "", " "])
    expect(await refused("PUT", "/v1/apps/shop", text)).toEqual({ status: 400, code: "malformed_body" });
  expect(await refused("PUT", "/v1/apps/shop", "[]")).toMatchObject({ status: 422, errors: [{ path: "" }] });
});

test("a wrong token is refused before anything is parsed", async () => {
  for (const authorization of ["Bearer wrong", "Bearer ", "", "Basic YTpi"])
    expect(await refused("PUT", "/v1/apps/shop", "{ broken", { authorization })).toEqual({
      status: 401,
      code: "unauthenticated",
    });
});

test("unknown keys of a request and of a query are refused, naming those there are", async () => {
  const body = { environment: "prod", version: "v1", dryrun: true };
  const known = "is not known; known are environment, version, rollout, onConflict, dryRun, override";
  expect(await refused("POST", "/v1/apps/shop/deployments", body)).toMatchObject({
    status: 422,
    errors: [{ path: "dryrun", message: known }],
  });
  expect(await refused("GET", "/v1/deployments?enviroment=prod")).toMatchObject({
    status: 422,
    errors: [{ path: "enviroment" }],
  });
});

test("what is missing is said to be missing, what is of another type or out of range is said to be that", async () => {
  const said = async (path: string, body: unknown) => (await refused("POST", path, body)).errors;
  const scale = (replicas: unknown) => said("/v1/targets/shop/prod/scale", { replicas });
  expect(await scale(undefined)).toEqual([{ path: "replicas", message: "is required: a number" }]);
  expect(await scale("3")).toEqual([{ path: "replicas", message: 'must be a number, not "3"' }]);
  expect(await scale(0)).toEqual([{ path: "replicas", message: "must be at least 1, not 0" }]);
  const body = { environment: "prod", version: "v1", onConflict: "wait" };
  expect(await said("/v1/apps/shop/deployments", body)).toEqual([
    { path: "onConflict", message: 'must be one of queue, reject, supersede, not "wait"' },
  ]);
});

test("a limit, a cursor and a wait out of range are refused", async () => {
  for (const limit of ["0", "201", "-1", "ten", "1.5", ""])
    expect(await refused("GET", `/v1/apps?limit=${limit}`)).toMatchObject({
      status: 422,
      errors: [{ path: "limit", message: "must be a whole number from 1 to 200" }],
    });
  expect(await refused("GET", "/v1/apps?cursor=nonsense")).toMatchObject({
    status: 422,
    errors: [{ path: "cursor" }],
  });
  expect(await refused("GET", "/v1/deployments/dep_1?waitSeconds=21")).toMatchObject({
    status: 422,
    errors: [{ path: "waitSeconds" }],
  });
});

test("a path that is not there is 404, a method it does not take is 405 with those it takes", async () => {
  expect(await refused("GET", "/v1/nothing")).toEqual({ status: 404, code: "not_found" });
  expect(await refused("GET", "/nothing")).toEqual({ status: 404, code: "not_found" });
  expect(await refused("POST", "/v1/deployments/dep_1/explode")).toEqual({ status: 404, code: "not_found" });
  expect(await refused("PATCH", "/v1/apps/shop", {})).toEqual({ status: 405, code: "method_not_allowed" });
  expect((await api.call("PATCH", "/v1/apps/shop")).headers.get("allow")).toBe("PUT, GET, HEAD, DELETE");
  expect((await api.call("POST", "/healthz")).headers.get("allow")).toBe("GET, HEAD");
});

test("a pool that an environment does not have is refused before anything is recorded", async () => {
  await api.call("PUT", "/v1/environments/bare", {});
  before = await everything();
  expect(
    await refused("POST", "/v1/apps/shop/deployments", { environment: "bare", version: "v1" }),
  ).toMatchObject({
    status: 422,
    errors: [{ path: "environment", message: 'bare has no server pool "web"; it has: none yet' }],
  });
});

test("a host key that is none is refused by its path", async () => {
  const hosts = [{ address: "10.0.0.1", user: "deploy", hostKey: "trust me" }];
  const pools = { web: { ssh: { hosts, keySecret: "key" } } };
  expect(await refused("PUT", "/v1/environments/prod", { pools })).toMatchObject({
    status: 422,
    errors: [{ path: "pools.web.ssh.hosts.0.hostKey" }],
  });
});
