import { expect, test } from "vitest";
import type { BackendState } from "#targets/balancer/balancer.ts";
import type { ScriptResult } from "#targets/host/result.ts";
import type { Answer } from "./ask-hosts.ts";
import { fleetOf } from "./inspect.ts";

const environment = { name: "prod", pools: {}, updatedAt: "" };

function anAnswer(number: number, overrides: Partial<ScriptResult> = {}): Answer {
  const result: ScriptResult = {
    outcome: "ok",
    detail: "GET /healthz answered 200",
    release: "rel_v1",
    version: "v1",
    host: "",
    port: 8080,
    state: "active",
    health: "healthy",
    startedAt: "2026-01-05T12:00:00Z",
    copy: 1,
    bad: 0,
    of: 1,
    ...overrides,
  };
  return { host: aHost(number), reached: true, result };
}

function aHost(number: number) {
  return { id: `web-${number}`, address: `10.0.0.${number}`, online: true };
}

function traffic(states: Record<number, BackendState>) {
  const backends = Object.entries(states).map(([number, state]) => ({
    address: `10.0.0.${number}`,
    port: 8080,
    state,
    detail: "",
  }));
  return { targetGroupArn: "tg", endpoint: "http://lb:8000", backends };
}

test.each([
  ["healthy", "healthy"],
  ["initial", "starting"],
  ["draining", "draining"],
  ["unhealthy", "unhealthy"],
  ["unused", "unhealthy"],
] as const)("a copy that is healthy by itself and %s at the load balancer is %s", (state, health) => {
  const fleet = fleetOf({ environment }, [anAnswer(1)], traffic({ 1: state }));
  expect(fleet.replicas[0]).toMatchObject({ id: "web-1", health, address: "10.0.0.1:8080" });
});

test("a copy that is broken by its own word stays so, whatever the load balancer says", () => {
  const broken = anAnswer(1, { health: "unhealthy", detail: "the process is not running" });
  const fleet = fleetOf({ environment }, [broken], traffic({ 1: "healthy" }));
  expect(fleet.replicas[0]).toMatchObject({ health: "unhealthy", detail: "the process is not running" });
});

test("hosts without the app are spare, hosts that do not answer are unreachable", () => {
  const silent: Answer = { host: aHost(3), reached: false, reason: "cut off" };
  const bare = anAnswer(2, { state: "absent", version: "", port: null, health: "unknown" });
  const fleet = fleetOf({ environment }, [anAnswer(1), bare, silent], traffic({ 1: "healthy" }));
  expect(fleet).toMatchObject({ spare: ["web-2"], unreachable: ["web-3"], endpoint: "http://lb:8000" });
  expect(fleet.replicas).toHaveLength(1);
  expect(fleet.traffic).toEqual([{ version: "v1", percent: 100 }]);
});

test("a host that is cut off and still in traffic carries the app", () => {
  const silent: Answer = { host: aHost(1), reached: false, reason: "cut off" };
  const fleet = fleetOf({ environment, current: "v1" }, [silent], traffic({ 1: "healthy" }));
  expect(fleet.replicas).toEqual([
    {
      id: "web-1",
      version: "v1",
      health: "unknown",
      address: "10.0.0.1:8080",
      startedAt: null,
      detail: "cut off",
    },
  ]);
});

test("what was done by hand is drift, and nothing is while a deployment is under way", () => {
  const live = traffic({ 2: "healthy", 9: "unhealthy" });
  const answers = [anAnswer(1), anAnswer(2)];
  expect(fleetOf({ environment, current: "v1" }, answers, live).drift).toEqual([
    "10.0.0.9:8080 is registered at the load balancer and is no replica",
    "web-1 is not registered at the load balancer",
  ]);
  expect(fleetOf({ environment }, answers, live).drift).toEqual([]);
});

test("where a bad host does not answer its copy is gone; what serves there still is a stranger once enough others serve", () => {
  const silent: Answer = { host: aHost(2), reached: false, reason: "cut off" };
  const look = (state: BackendState, wanted: number) =>
    fleetOf({ environment, current: "v1" }, [anAnswer(1), silent], traffic({ 1: "healthy", 2: state }), {
      bad: ["web-2"],
      wanted,
    });
  const stranger = ["10.0.0.2:8080 is registered at the load balancer and is no replica"];
  expect(look("unhealthy", 2)).toMatchObject({ bad: ["web-2"], unreachable: ["web-2"], drift: stranger });
  expect(look("unhealthy", 2).replicas).toHaveLength(1);
  expect(look("healthy", 2).drift).toEqual([]);
  expect(look("healthy", 1).drift).toEqual(stranger);
});

test("a copy that is back on a bad host is no drift: it leaves", () => {
  const bad = fleetOf({ environment, current: "v1" }, [anAnswer(1), anAnswer(2)], traffic({ 1: "healthy" }), {
    bad: ["web-2"],
    wanted: 1,
  });
  expect(bad.drift).toEqual([]);
});
