// Service Connect as tasks see it: a name that resolves inside of them alone, and a real proxy that leads to the tasks behind it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as ecs from "@aws-sdk/client-ecs";
import { ListServicesCommand, ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "#sandbox/sandbox.ts";
import { aNamespace, foundUnder } from "#test/contract/names-world.ts";
import { APP, openCluster, until, type World } from "./container-world.ts";

let sandbox: Sandbox;
let directory: string;
let world: World;
let discovery: ServiceDiscoveryClient;
let namespace: string;

/** Asks `orders` by its name, as any program would, and says what it got. */
const FRONT = `
require("node:http").createServer(async (incoming, outgoing) => {
  const method = incoming.method, body = method === "POST" ? incoming : undefined;
  const answer = await fetch("http://orders.shop.internal:8080" + incoming.url, { method, body, duplex: "half" })
    .then(async (got) => got.status + " " + await got.text(), (error) => "failed: " + (error.cause?.code ?? error.message));
  outgoing.end(answer);
}).listen(8080);
process.on("SIGTERM", () => process.exit(0));
`;

/** What it is sent, and who answered. */
const ECHO = `
const server = require("node:http").createServer(async (incoming, outgoing) => {
  if (incoming.url === "/slow") return setTimeout(() => outgoing.end("late"), 3_000);
  let body = "";
  for await (const chunk of incoming) body += chunk;
  outgoing.end(incoming.headers.host + " " + body);
});
server.listen(8080);
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

const image = (tag: string) => `000000000000.dkr.ecr.us-east-1.amazonaws.com/web:${tag}`;
const PORT_NAME = { portMappings: [{ containerPort: 8080, name: "http", appProtocol: "http" as const }] };

const server = (more: Partial<ecs.ServiceConnectService> = {}) => ({
  serviceConnectConfiguration: {
    enabled: true,
    namespace,
    services: [{ portName: "http", discoveryName: "orders", clientAliases: [{ port: 8080 }], ...more }],
  },
});
const client = () => ({ serviceConnectConfiguration: { enabled: true, namespace } });

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ecs-connect-"));
  sandbox = await startSandbox({ directory, port: 0, timeScale: 1 });
  world = await openCluster(sandbox);
  const access = { region: "us-east-1", endpoint: sandbox.endpoint, credentials: sandbox.rootCredentials };
  discovery = new ServiceDiscoveryClient({ ...access, disableHostPrefix: true });
  namespace = await aNamespace(discovery, "shop.internal");
  for (const version of ["v1", "v2"]) await world.push("web", version, APP(version));
  await world.push("web", "front", FRONT);
  await world.push("web", "echo", ECHO);
  await world.push("web", "broken", "process.exit(3)");
});
afterAll(async () => {
  await sandbox?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Where a task of the service answers, past any balancer. */
async function taskUrl(service: string): Promise<string> {
  const [task] = await world.tasks(service);
  return `http://${task!.containers![0]!.networkInterfaces![0]!.privateIpv4Address}:8080/`;
}

async function take(...services: string[]): Promise<void> {
  for (const service of services)
    await world.ecs.send(new ecs.DeleteServiceCommand({ cluster: "main", service, force: true }));
  for (const service of services)
    await until(`${service} to be gone`, async () => (await world.describe(service)).status === "INACTIVE");
}

/** So that a test that is tried again begins with nothing. */
afterEach(async () => {
  for (const service of ["orders", "front"])
    if ((await world.describe(service))?.status === "ACTIVE") await take(service);
});

const ask = async (url: string, init?: RequestInit) => (await fetch(url, init)).text();

test("a name leads in turn to the tasks behind it, through a rolling deployment under load without one failed request", async () => {
  const definition = await world.define("orders", image("v1"), PORT_NAME);
  await world.serve("orders", definition, { desiredCount: 2, ...server() });
  await world.serve("front", await world.define("front", image("front")), { desiredCount: 1, ...client() });
  await Promise.all([world.steady("orders"), world.steady("front")]);
  const url = await taskUrl("front");
  const [deployment] = (await world.describe("orders")).deployments!;
  expect(deployment!.serviceConnectConfiguration).toEqual(server().serviceConnectConfiguration);
  expect(deployment!.serviceConnectResources).toMatchObject([{ discoveryName: "orders" }]);
  expect(await foundUnder(discovery, "shop.internal", "orders")).toHaveLength(2);
  const answers = new Map<string, number>();
  let running = true;
  const load = (async () => {
    while (running) {
      const answer = await ask(url);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      await sleep(3);
    }
  })();
  await sleep(300);
  await world.update("orders", { taskDefinition: await world.define("orders", image("v2"), PORT_NAME) });
  await world.steady("orders");
  await sleep(300);
  running = false;
  await load;
  expect([...answers.keys()].sort()).toEqual(["200 v1", "200 v2"]);
  expect([...answers.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(20);
  // Nobody outside of its tasks knows the name.
  await expect(fetch("http://orders.shop.internal:8080/")).rejects.toThrow("fetch failed");
  await take("orders");
  expect(await ask(url)).toBe("503 no healthy upstream");
  const services = async () => (await discovery.send(new ListServicesCommand({}))).Services;
  await until("the name to be gone", async () => (await services())?.length === 0);
});

test("a name that is made later is known to the next deployment of who calls, and not before", async () => {
  await world.serve("front", await world.define("front", image("front")), { desiredCount: 1, ...client() });
  await world.steady("front");
  const echo = await world.define("echo", image("echo"), PORT_NAME);
  await world.serve("orders", echo, {
    desiredCount: 1,
    ...server({ timeout: { perRequestTimeoutSeconds: 1 } }),
  });
  await world.steady("orders");
  expect(await ask(await taskUrl("front"))).toBe("failed: ENOTFOUND");
  await world.update("front", { forceNewDeployment: true });
  await world.steady("front");
  const url = await taskUrl("front");
  const body = "x".repeat(100_000);
  expect(await ask(url, { method: "POST", body })).toBe(`200 orders.shop.internal:8080 ${body}`);
  expect(await ask(`${url}slow`)).toBe("504 upstream request timeout");
});

test("a service that leaves Service Connect loses its name, and one without a protocol is a stream of bytes", async () => {
  const plain = await world.define("plain", image("v1"), {
    portMappings: [{ containerPort: 8080, name: "http" }],
  });
  await world.serve("orders", plain, { desiredCount: 1, ...server() });
  await world.steady("orders");
  await world.serve("front", await world.define("front", image("front")), { desiredCount: 1, ...client() });
  await world.steady("front");
  const url = await taskUrl("front");
  expect(await ask(url)).toBe("200 v1");
  await world.update("orders", { serviceConnectConfiguration: { enabled: false } });
  await world.steady("orders");
  expect(await ask(url)).toMatch(/^failed: /);
  expect((await world.describe("orders")).deployments![0]!.serviceConnectConfiguration).toEqual({
    enabled: false,
  });
});

test("what AWS refuses is refused, and what is not implemented says so", async () => {
  const definition = await world.define("orders", image("v1"), PORT_NAME);
  await world.serve("orders", definition, { desiredCount: 0, ...server() });
  const serve = (part: object, of = definition) => world.serve("other", of, { desiredCount: 0, ...part });
  const [asked] = server().serviceConnectConfiguration.services;
  const connect = (part: object) => ({ serviceConnectConfiguration: { enabled: true, namespace, ...part } });
  await expect(serve(server())).rejects.toThrow("The discovery name orders is in use by the service orders.");
  const alias = { discoveryName: "o", clientAliases: [{ port: 8080, dnsName: "orders.shop.internal" }] };
  await expect(serve(server(alias))).rejects.toThrow("orders.shop.internal:8080 is in use");
  await expect(serve(connect({ namespace: "nowhere" }))).rejects.toThrow("Failed to retrieve namespace");
  await expect(serve(server({ portName: "grpc" }))).rejects.toThrow("no port mapping with the name grpc");
  for (const [part, what] of [
    [{ tls: { issuerCertificateAuthority: {} } }, "tls"],
    [{ ingressPortOverride: 9 }, "ingressPortOverride"],
    [{ timeout: { idleTimeoutSeconds: 9 } }, "idleTimeoutSeconds"],
    [{ clientAliases: [{ port: 1, testTrafficRules: { header: { name: "x" } } }] }, "testTrafficRules"],
  ] as const)
    await expect(serve(connect({ services: [{ ...asked, discoveryName: "o", ...part }] }))).rejects.toThrow(
      new RegExp(`The sandbox does not implement serviceConnectConfiguration.services\\[0\\]\\..*${what}`),
    );
  const grpc = { portMappings: [{ containerPort: 8080, name: "http", appProtocol: "grpc" as const }] };
  const spoken = await world.define("spoken", image("v1"), grpc);
  await expect(serve(server({ discoveryName: "o", clientAliases: [] }), spoken)).rejects.toThrow("grpc");
});
