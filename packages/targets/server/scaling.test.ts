import { expect, test } from "vitest";
import type { Scaling } from "#core/domain/scaling.ts";
import { aSpec } from "#test/support/a-deployment.ts";
import { scalingNotes, serverScaling } from "./scaling.ts";

const CPU: Scaling = { min: 1, max: 4, metric: "cpu", target: 60, warmupSeconds: 120, scaleIn: true };
const HOSTS = [
  { id: "web-1", instanceId: "i-0a1" },
  { id: "web-2", instanceId: "i-0a2" },
  { id: "on-premises", instanceId: "mi-0b3" },
];
const environment = (pool: object) =>
  ({ name: "prod", pools: { web: pool }, updatedAt: "" }) as Parameters<
    typeof scalingNotes
  >[0]["environment"];
const SSM = environment({ ssm: { tags: {} } });

test("CPU is that of the instances that carry a copy, and nobody tells it of other machines", () => {
  const copies = ["web-1", "web-1/2", "on-premises"];
  const spec = aSpec({ scaling: CPU });
  const found = serverScaling({ spec, environment: SSM }, { targetGroupArn: null, hosts: HOSTS, copies });
  expect(found?.series).toEqual([
    {
      ...{ namespace: "AWS/EC2", name: "CPUUtilization", statistic: "Average" },
      dimensions: { InstanceId: "i-0a1" },
    },
  ]);
  const { scaling: _none, ...plain } = spec;
  const without = { spec: plain, environment: SSM };
  expect(serverScaling(without, { targetGroupArn: null, hosts: HOSTS, copies })).toBeUndefined();
});

test("a metric that nobody tells is said in the dry run", () => {
  const requests = aSpec({ scaling: { ...CPU, metric: "requestsPerReplica", target: 5 } });
  expect(scalingNotes({ spec: requests, environment: SSM })[1]).toBe(
    "The environment has no load balancer to count requests: nothing scales it.",
  );
  const ssh = environment({ ssh: { hosts: [] } });
  expect(scalingNotes({ spec: aSpec({ scaling: CPU }), environment: ssh })[1]).toContain("hosts over SSH");
  expect(scalingNotes({ spec: aSpec({ scaling: CPU }), environment: SSM })).toEqual([
    "Scaling keeps 1 to 4 copies, aiming at 60 % CPU.",
  ]);
  expect(scalingNotes({ spec: aSpec({}), environment: SSM })).toEqual([]);
});
