import type { ServiceConnectConfiguration } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import { connectDrift, connectNotes, connectOf, isSameConnect, portNaming } from "./connect.ts";
import type { Live } from "./live.ts";

const namespaceArn = "arn:aws:servicediscovery:eu-central-1:123456789012:namespace/ns-1";
const environment = { name: "prod", pools: {}, updatedAt: "", discovery: { namespaceArn } };
const { discovery: _none, ...without } = environment;

type Strategy = "rolling" | "allAtOnce" | "blueGreen" | "canary";
const target = (strategy: Strategy = "rolling") => ({
  app: "orders",
  environment,
  spec: aSpec({ kind: "container", port: 9000, rollout: aRollout({ strategy }) }),
});

function side(name: "a" | "b", serviceConnectConfiguration?: ServiceConnectConfiguration) {
  const service = { deployments: [{ id: "ecs-svc/1", serviceConnectConfiguration }] };
  return { side: name, service, version: "v1", tasks: [], percent: 100 };
}
const live = (sides: Live["sides"] = [], leaving: Live["leaving"] = []) => ({ sides, leaving });

const named = {
  enabled: true,
  namespace: namespaceArn,
  services: [
    {
      portName: "http",
      discoveryName: "orders",
      clientAliases: [{ port: 9000 }],
      timeout: { perRequestTimeoutSeconds: 0 },
    },
  ],
};
const caller = { enabled: true, namespace: namespaceArn };

test("a service that is rolled is found under its app's name, one of two sides only calls, and without a namespace there is nothing", () => {
  expect(connectOf(target("rolling"), live(), "a")).toEqual(named);
  expect(connectOf(target("allAtOnce"), live(), "a")).toEqual(named);
  expect(connectOf(target("blueGreen"), live(), "a")).toEqual(caller);
  expect(connectOf(target("canary"), live(), "b")).toEqual(caller);
  expect(connectOf({ ...target(), environment: without }, live(), "a")).toEqual({ enabled: false });
  expect(portNaming({ environment })).toEqual({ name: "http", appProtocol: "http" });
  expect(portNaming({ environment: without })).toEqual({});
});

test("a name that the other side holds, or held until it is gone, is not asked for", () => {
  expect(connectOf(target(), live([side("a", named), side("b", caller)]), "b")).toEqual(caller);
  expect(connectOf(target(), live([side("a", named), side("b", caller)]), "a")).toEqual(named);
  expect(connectOf(target(), live([side("b", caller)], ["a"]), "b")).toEqual(caller);
  expect(connectOf(target(), live([side("a", caller), side("b", caller)]), "b")).toEqual(named);
});

test("what ECS fills in, or says in other words, is no difference; what somebody changed is", () => {
  const [service] = named.services;
  const changed = (part: object) => ({ ...named, services: [{ ...service!, ...part }] });
  expect(isSameConnect(named, named)).toBe(true);
  expect(isSameConnect({ ...named, namespace: "shop.internal" }, named)).toBe(true);
  const filled = changed({
    clientAliases: [{ port: 9000, dnsName: "orders.shop.internal" }],
    timeout: undefined,
  });
  expect(isSameConnect(filled, named)).toBe(true);
  expect(isSameConnect(undefined, { enabled: false })).toBe(true);
  for (const has of [
    undefined,
    { enabled: false },
    caller,
    { ...named, namespace: `${namespaceArn}2` },
    changed({ portName: "grpc" }),
    changed({ discoveryName: "other" }),
    changed({ clientAliases: [{ port: 80 }] }),
    changed({ clientAliases: [{ port: 9000, dnsName: "db" }] }),
    changed({ timeout: { perRequestTimeoutSeconds: 15 } }),
  ])
    expect([has, isSameConnect(has, named)]).toEqual([has, false]);
  expect(isSameConnect(caller, { enabled: false })).toBe(false);
});

test("drift is told of the side that serves, and of nothing where there is no service", () => {
  expect(connectDrift(target(), live([side("a", named)]), "a")).toBeNull();
  expect(connectDrift(target(), live([side("a", caller)]), "a")).toMatch(
    "is not as its environment and release",
  );
  expect(connectDrift(target(), live(), "a")).toBeNull();
});

test("the dry run says what the proxy takes, and who has no name", () => {
  expect(connectNotes(target())).toEqual([expect.stringMatching(/^resources: .* 0\.25 cpu and 64 MiB/)]);
  expect(connectNotes(target("canary"))[1]).toMatch(/^rollout\.strategy: with canary orders has no name/);
  expect(connectNotes({ ...target(), environment: without })).toEqual([]);
});
