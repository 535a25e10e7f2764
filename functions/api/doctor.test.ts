import { afterEach, beforeEach, expect, test } from "vitest";
import { TuttiError } from "#core/errors.ts";
import { POOL } from "#test/support/a-shop.ts";
import { openTestApi, type TestApi } from "#test/support/api.ts";

let api: TestApi;
beforeEach(async () => {
  api = await openTestApi();
  api.answers.diagnose = [];
  await api.call("PUT", "/v1/environments/prod", POOL);
});
afterEach(() => api.close());

const GOOD = { path: "loadBalancer.arn", ok: true, detail: "It is active.", mend: null };
const BAD = { path: "cluster.arn", ok: false, detail: "There is none.", mend: "Name one." };

test("every driver is asked, what they agree on is said once, and what is wrong comes first", async () => {
  api.answers.diagnose = [GOOD, BAD];
  const { status, body } = await api.call("GET", "/v1/environments/prod/doctor");
  expect(status).toBe(200);
  const kinds = ["server", "vm", "container", "function"];
  expect(body).toMatchObject({
    environment: "prod",
    ok: false,
    checks: [
      { ...BAD, kinds },
      { ...GOOD, kinds },
    ],
  });
  expect(api.asked.map((one) => one.kind)).toEqual(kinds);
});

test("a driver that does not answer is a finding, and the others are heard", async () => {
  api.answers.diagnose = new TuttiError("unreachable", "The driver of vm did not answer.");
  const { body } = await api.call("GET", "/v1/environments/prod/doctor");
  const { checks } = body as { checks: { path: string }[] };
  expect(checks.map((one) => one.path)).toEqual([
    "drivers.server",
    "drivers.vm",
    "drivers.container",
    "drivers.function",
  ]);
});

test("an environment that is not there is 404, and nobody is asked", async () => {
  expect(await api.call("GET", "/v1/environments/nowhere/doctor")).toMatchObject({ status: 404 });
  expect(api.asked).toEqual([]);
});

test("what is private and cannot be reached, since the installation is in no network, is told; loopback and public places are not", async () => {
  const host = (address: string) => ({ address, user: "tutti", hostKey: "ssh-ed25519 AAAA" });
  const settings = {
    pools: { web: { ssh: { hosts: [host("10.1.2.3"), host("203.0.113.9")], keySecret: "key" } } },
    hooks: { allowPrivate: ["10.0.0.0/8", "*.corp.internal", "127.0.0.1", "203.0.113.0/24"] },
  };
  expect((await api.call("PUT", "/v1/environments/inner", settings)).status).toBe(201);
  const wrongIn = async () => {
    const { body } = await api.call("GET", "/v1/environments/inner/doctor");
    return body.checks.map(({ path, kinds, detail }: Record<string, unknown>) => [path, kinds, detail]);
  };
  const why = "the installation is in no network, so that it reaches only what is public.";
  expect(await wrongIn()).toEqual([
    ["hooks.allowPrivate", [], `10.0.0.0/8, *.corp.internal: ${why}`],
    ["pools.web.ssh.hosts", [], `10.1.2.3: ${why}`],
  ]);
  api.deps.inNetwork = true;
  expect(await wrongIn()).toEqual([]);
});
