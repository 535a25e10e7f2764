// Cloud Map, as its client sees it.
import * as sd from "@aws-sdk/client-servicediscovery";
import { expect, test } from "vitest";
import { aRole, aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";

let sandbox: TestSandbox;
let client: sd.ServiceDiscoveryClient;
shared(
  async () => {
    // An operation takes a second, so that what is said while it runs is heard on a busy machine too.
    sandbox = await aSandbox({ timeScale: 0.3 });
    // A prefix before a literal address would be no address.
    client = new sd.ServiceDiscoveryClient({ ...sandbox.config(), disableHostPrefix: true });
  },
  () => sandbox?.remove(),
);

async function aNamespace(Name: string, dns = true): Promise<string> {
  const command = dns
    ? new sd.CreatePrivateDnsNamespaceCommand({ Name, Vpc: "vpc-sandbox" })
    : new sd.CreateHttpNamespaceCommand({ Name });
  const { OperationId } = await client.send(command as sd.CreateHttpNamespaceCommand);
  const { Operation } = await client.send(new sd.GetOperationCommand({ OperationId }));
  return Operation!.Targets!.NAMESPACE!;
}

async function aService(NamespaceId: string, Name: string, types: sd.RecordType[] = ["A"]): Promise<string> {
  const DnsRecords = types.map((Type) => ({ Type, TTL: 5 }));
  const { Service } = await client.send(
    new sd.CreateServiceCommand({ Name, NamespaceId, DnsConfig: { DnsRecords } }),
  );
  return Service!.Id!;
}

const register = (ServiceId: string, InstanceId: string, Attributes: Record<string, string>) =>
  client.send(new sd.RegisterInstanceCommand({ ServiceId, InstanceId, Attributes }));
const deregister = (ServiceId: string, InstanceId: string) =>
  client.send(new sd.DeregisterInstanceCommand({ ServiceId, InstanceId }));
async function discovered(NamespaceName: string, ServiceName: string) {
  const { Instances } = await client.send(new sd.DiscoverInstancesCommand({ NamespaceName, ServiceName }));
  return Instances!.map(({ InstanceId, Attributes }) => [InstanceId, Attributes!.AWS_INSTANCE_IPV4]);
}
const named = (name: string) => expect.objectContaining({ name });

test("an instance is found a moment after it was registered, and no more a moment after it was taken out", async () => {
  const service = await aService(await aNamespace("one.internal"), "orders");
  const { OperationId } = await register(service, "web-1", {
    AWS_INSTANCE_IPV4: "10.0.0.7",
    AWS_INSTANCE_PORT: "8080",
  });
  expect(await discovered("one.internal", "orders")).toEqual([]);
  await expect(register(service, "web-1", { AWS_INSTANCE_IPV4: "10.0.0.8" })).rejects.toThrow(
    named("DuplicateRequest"),
  );
  const status = async () =>
    (await client.send(new sd.GetOperationCommand({ OperationId }))).Operation!.Status;
  await expect.poll(status).toBe("SUCCESS");
  expect(await discovered("one.internal", "orders")).toEqual([["web-1", "10.0.0.7"]]);
  await expect(client.send(new sd.DeleteServiceCommand({ Id: service }))).rejects.toThrow(
    named("ResourceInUse"),
  );
  await deregister(service, "web-1");
  expect(await discovered("one.internal", "orders")).toHaveLength(1);
  await expect.poll(() => discovered("one.internal", "orders")).toEqual([]);
  await expect(deregister(service, "web-1")).rejects.toThrow(named("InstanceNotFound"));
  await client.send(new sd.DeleteServiceCommand({ Id: service }));
  await expect(client.send(new sd.GetServiceCommand({ Id: service }))).rejects.toThrow(
    named("ServiceNotFound"),
  );
});

test("what cannot be a name is refused in AWS's words", async () => {
  const namespace = await aNamespace("two.internal");
  const service = await aService(namespace, "orders");
  await expect(register(service, "web-1", {})).rejects.toThrow("AWS_INSTANCE_IPV4 is required");
  await expect(register(service, "web-1", { AWS_INSTANCE_IPV4: "web.internal" })).rejects.toThrow(
    named("InvalidInput"),
  );
  await expect(aService(namespace, "orders")).rejects.toThrow(
    expect.objectContaining({ name: "ServiceAlreadyExists", ServiceId: service }),
  );
  await expect(aService(namespace, "both", ["A", "SRV"])).rejects.toThrow("A, SRV at once");
  await expect(aService(await aNamespace("api", false), "orders")).rejects.toThrow(named("InvalidInput"));
  await expect(aNamespace("two.internal")).rejects.toThrow(named("NamespaceAlreadyExists"));
  await expect(client.send(new sd.DeleteNamespaceCommand({ Id: namespace }))).rejects.toThrow(
    named("ResourceInUse"),
  );
});

test("what is not implemented says so", async () => {
  const checked = new sd.CreateServiceCommand({
    Name: "checked",
    NamespaceId: await aNamespace("three.internal"),
    HealthCheckCustomConfig: { FailureThreshold: 1 },
  });
  await expect(client.send(checked)).rejects.toThrow("HealthCheckCustomConfig of CreateService");
  await expect(client.send(new sd.GetInstancesHealthStatusCommand({ ServiceId: "srv-1" }))).rejects.toThrow(
    "GetInstancesHealthStatus",
  );
});

test("a role changes the services that its policy names by their tag, and no other", async () => {
  const NamespaceId = await aNamespace("four.internal");
  const tagged = (Name: string, Tags: sd.Tag[]) =>
    client.send(new sd.CreateServiceCommand({ Name, NamespaceId, Tags }));
  const [mine, other] = [
    await tagged("mine", [{ Key: "tutti:app", Value: "mine" }]),
    await tagged("other", []),
  ];
  const role = await aRole(sandbox, "namer", [
    {
      Action: "servicediscovery:RegisterInstance",
      Resource: "*",
      Condition: { StringLike: { "aws:ResourceTag/tutti:app": "*" } },
    } as never,
  ]);
  const asRole = new sd.ServiceDiscoveryClient(sandbox.config(role));
  const as = (ServiceId: string) =>
    asRole.send(
      new sd.RegisterInstanceCommand({
        ServiceId,
        InstanceId: "i",
        Attributes: { AWS_INSTANCE_IPV4: "10.0.0.1" },
      }),
    );
  await as(mine.Service!.Id!);
  await expect(as(other.Service!.Id!)).rejects.toThrow(named("AccessDeniedException"));
});

test("what was registered is there after a restart", async () => {
  const service = await aService(await aNamespace("five.internal"), "orders");
  await register(service, "web-1", { AWS_INSTANCE_IPV4: "10.0.0.7" });
  await expect.poll(() => discovered("five.internal", "orders")).toHaveLength(1);
  const { directory } = sandbox;
  await sandbox.stop();
  sandbox = await aSandbox({ directory, timeScale: 10 });
  client = new sd.ServiceDiscoveryClient({ ...sandbox.config(), disableHostPrefix: true });
  expect(await discovered("five.internal", "orders")).toEqual([["web-1", "10.0.0.7"]]);
});
