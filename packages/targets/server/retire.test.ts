import { expect, test } from "vitest";
import type { BackendHealth } from "#targets/balancer/balancer.ts";
import { createNames } from "#targets/cloud-map/names.ts";
import { aTarget } from "#test/contract/a-target.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { retireTarget } from "./retire.ts";
import type { Server } from "./server.ts";

/** A host `a` that is online and one `b` that is not; every look at a draining copy takes its time. */
function aLab(looksUntilDrained: number) {
  const log: string[] = [];
  const notes: string[] = [];
  let nowMs = 0;
  const clock = {
    now: () => nowMs,
    sleep: async (milliseconds: number) => {
      nowMs += milliseconds;
    },
  };
  let backends: BackendHealth[] = [{ address: "10.0.0.1", port: 8080, state: "healthy", detail: "" }];
  let looks = 0;
  const balancer = {
    find: async () => "tg",
    health: async () => {
      if (backends[0]?.state === "draining" && ++looks > looksUntilDrained) backends = [];
      return backends;
    },
    deregister: async () => {
      log.push("deregister");
      backends = backends.map((one) => ({ ...one, state: "draining" }));
    },
    remove: async () => log.push(`remove the listener with ${backends.length} in it`),
  };
  const instances = [
    { InstanceId: "mi-1", ComputerName: "a", IPAddress: "10.0.0.1", PingStatus: "Online" },
    { InstanceId: "mi-2", ComputerName: "b", IPAddress: "10.0.0.2", PingStatus: "ConnectionLost" },
  ];
  const ssm = { send: async () => ({ InstanceInformationList: instances }) };
  const transport = {
    run: async (jobs: { host: { id: string } }[]) => {
      log.push(`run ${jobs.map(({ host }) => host.id)}`);
      return new Map(jobs.map(({ host }) => [host.id, { kind: "unreachable", reason: "cut off" }]));
    },
  };
  const names = createNames(() => Promise.reject(new Error("the environment names no namespace")));
  const server = { balancer, names, clients: { ssm }, transport: () => transport } as unknown as Server;
  const spec = aSpec({ rollout: aRollout({ drainSeconds: 2 }) });
  const { target } = aTarget(spec, clock, {
    pools: { web: { ssm: { tags: {} }, user: "u", directory: "apps" } },
    loadBalancer: { arn: "lb", vpcId: "vpc", ports: { from: 1, to: 2 } },
  });
  return { server, target: { ...target, note: (text: string) => notes.push(text) }, log, notes, clock };
}

test("the listener goes when the last copy has ended its requests, and hosts that do not answer are named", async () => {
  const { server, target, log, notes } = aLab(3);
  await retireTarget(server, target);
  expect(log).toEqual(["deregister", "remove the listener with 0 in it", "run a"]);
  expect(notes).toEqual([
    "shop/prod was not removed from hosts that do not answer: b (not online), a (cut off)",
  ]);
});

test("a copy that never ends is waited for no longer than its drain and a little", async () => {
  const { server, target, log, clock } = aLab(1000);
  await retireTarget(server, target);
  expect(log[1]).toBe("remove the listener with 1 in it");
  expect(clock.now()).toBe(7000);
});
