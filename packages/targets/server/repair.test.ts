import { expect, test } from "vitest";
import type { Replica } from "#core/domain/replica.ts";
import { EMPTY_FLEET } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Backend } from "#targets/balancer/balancer.ts";
import { fleetOf } from "./inspect.ts";
import { repairTarget } from "./repair.ts";
import type { Server } from "./server.ts";

const environment = { name: "prod", pools: {}, updatedAt: "", loadBalancer: { arn: "lb" } };
const target = { app: "shop", environment, spec: { replicas: 2 }, current: "v1" } as unknown as TargetContext;

function aServer() {
  const registered: Backend[] = [];
  const balancer = {
    find: async () => "tg",
    endpoint: async () => "http://lb:8000",
    health: async () => [{ address: "10.0.0.1", port: 8080, state: "healthy", detail: "" }],
    register: async (_arn: string, backends: Backend[]) => void registered.push(...backends),
    deregister: async () => {},
  };
  return { server: { balancer } as unknown as Server, registered };
}

function aCopy(number: number, detail: string): Replica {
  const address = `10.0.0.${number}:8080`;
  return { id: `web-${number}`, version: "v1", health: "unhealthy", address, startedAt: null, detail };
}

const OUT = "healthy by itself, not registered at the load balancer";

test("a copy that somebody took out of traffic is put back without a restart; one that is broken, and one on a bad host, is not", async () => {
  const { server, registered } = aServer();
  const replicas = [aCopy(2, OUT), aCopy(3, "the process is not running"), aCopy(4, OUT)];
  const fleet = { ...EMPTY_FLEET, replicas, bad: ["web-4"] };
  expect(await repairTarget(server, target, fleet, { replicas: [], drift: true })).toEqual([
    {
      replica: "web-2",
      result: "repaired",
      action: "registered at the load balancer",
      detail: "it gets traffic again",
      finding: OUT,
    },
  ]);
  expect(registered).toEqual([{ address: "10.0.0.2", port: 8080 }]);
});

test("where drift is only shown nothing is registered", async () => {
  const { server, registered } = aServer();
  const fleet = { ...EMPTY_FLEET, replicas: [aCopy(2, OUT)] };
  expect(await repairTarget(server, target, fleet, { replicas: [], drift: false })).toEqual([]);
  expect(registered).toEqual([]);
});

test("a copy that is broken by itself and in no traffic is a patient, and nothing that somebody changed", () => {
  const result = {
    outcome: "ok",
    detail: "the process is not running",
    release: "rel_v1",
    version: "v1",
    host: "",
    port: 8080,
    state: "failed",
    health: "unhealthy",
    startedAt: "",
    copy: 1,
    bad: 0,
    of: 1,
  } as const;
  const host = { id: "web-1", address: "10.0.0.1", online: true };
  const traffic = { targetGroupArn: "tg", endpoint: null, backends: [] };
  const fleet = fleetOf({ environment, current: "v1" } as never, [{ host, reached: true, result }], traffic);
  expect([fleet.replicas[0]!.health, fleet.drift]).toEqual(["unhealthy", []]);
});
