// The load balancer as a client sees it: real servers behind it, real connections in front.
import { Agent, createServer, get, type IncomingMessage, request, type Server } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { type Balancer, createBalancer } from "#sandbox/balancer/service.ts";
import type { Platform } from "#sandbox/platform.ts";
import { barePlatform, call } from "./bare-platform.ts";

const PORT = 8080;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type App = { server: Server; address: string; handle: (path: string) => { status: number; body: string } };

async function anApp(platform: Platform, name: string): Promise<App> {
  const app: App = {
    server: createServer((incoming, outgoing) => {
      const { status, body } = app.handle(incoming.url ?? "/");
      outgoing.statusCode = status;
      incoming.resume().on("end", () => outgoing.end(body));
    }),
    address: platform.addressFor(`app/${name}`),
    handle: () => ({ status: 200, body: name }),
  };
  await new Promise<void>((resolve) => app.server.listen(PORT, app.address, resolve));
  cleanups.push(() => {
    app.server.close();
    app.server.closeAllConnections();
  });
  return app;
}

async function aBalancer(platform: Platform) {
  const balancer = createBalancer(platform);
  await balancer.start!();
  cleanups.push(() => balancer.stop!());
  const created = await call(balancer, "CreateLoadBalancer", {
    Name: "main",
    Subnets: ["subnet-a", "subnet-b"],
  });
  const [{ LoadBalancerArn, DNSName }] = created.LoadBalancers as [
    { LoadBalancerArn: string; DNSName: string },
  ];
  return { balancer, arn: LoadBalancerArn, url: `http://${DNSName}:${PORT}` };
}

async function aGroup(balancer: Balancer, name: string, apps: App[], delaySeconds = 10): Promise<string> {
  const created = await call(balancer, "CreateTargetGroup", {
    Name: name,
    Protocol: "HTTP",
    Port: PORT,
    TargetType: "ip",
    HealthCheckIntervalSeconds: 5,
    HealthCheckTimeoutSeconds: 2,
    UnhealthyThresholdCount: 2,
  });
  const [{ TargetGroupArn }] = created.TargetGroups as [{ TargetGroupArn: string }];
  await call(balancer, "ModifyTargetGroupAttributes", {
    TargetGroupArn,
    Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: String(delaySeconds) }],
  });
  if (apps.length > 0) await call(balancer, "RegisterTargets", targets(TargetGroupArn, ...apps));
  return TargetGroupArn;
}

const targets = (TargetGroupArn: string, ...apps: App[]) => ({
  TargetGroupArn,
  Targets: apps.map((app) => ({ Id: app.address, Port: PORT })),
});

function listen(balancer: Balancer, LoadBalancerArn: string, ...groups: [arn: string, weight: number][]) {
  return call(balancer, "CreateListener", {
    LoadBalancerArn,
    Protocol: "HTTP",
    Port: PORT,
    DefaultActions: [forwardTo(...groups)],
  });
}

const forwardTo = (...groups: [arn: string, weight: number][]) => ({
  Type: "forward",
  ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
});

async function statesOf(balancer: Balancer, TargetGroupArn: string, Targets?: unknown[]) {
  const { TargetHealthDescriptions } = await call(balancer, "DescribeTargetHealth", {
    TargetGroupArn,
    Targets,
  });
  return (
    TargetHealthDescriptions as { TargetHealth: { State: string; Reason?: string; Description?: string } }[]
  ).map(({ TargetHealth }) => TargetHealth);
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not so for a minute: ${condition}`);
    await sleep(20);
  }
}

const allHealthy = async (balancer: Balancer, group: string) =>
  until(async () => (await statesOf(balancer, group)).every(({ State }) => State === "healthy"));

async function ask(url: string, init: RequestInit = {}): Promise<{ status: number; body: string }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
}

test("Requests go to the healthy targets in turn, with the client's address, port and protocol.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const [one, two] = [await anApp(platform, "one"), await anApp(platform, "two")];
  let seen: IncomingMessage | undefined;
  one.server.on("request", (incoming) => {
    seen = incoming;
  });
  const group = await aGroup(balancer, "web", [one, two]);
  expect((await statesOf(balancer, group))[0]).toMatchObject({ State: "unused", Reason: "Target.NotInUse" });
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  const bodies = [];
  for (let at = 0; at < 4; at++) bodies.push((await ask(url)).body);
  expect(bodies.sort()).toEqual(["one", "one", "two", "two"]);
  await ask(url, { headers: { "x-forwarded-for": "10.0.0.1" } });
  await ask(url, { headers: { "x-forwarded-for": "10.0.0.1" } });
  expect(seen?.headers).toMatchObject({
    "x-forwarded-for": "10.0.0.1, 127.0.0.1",
    "x-forwarded-port": "8080",
    "x-forwarded-proto": "http",
  });
});

test("Weights are drawn per request, also on one connection, and changed by the next request.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const [old, fresh] = [await anApp(platform, "old"), await anApp(platform, "new")];
  const groups = [await aGroup(balancer, "old", [old]), await aGroup(balancer, "new", [fresh])] as const;
  const { Listeners } = await listen(balancer, arn, [groups[0], 90], [groups[1], 10]);
  await allHealthy(balancer, groups[0]);
  await allHealthy(balancer, groups[1]);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  cleanups.push(() => agent.destroy());
  const count = async (times: number) => {
    let news = 0;
    for (let at = 0; at < times; at++) if ((await askBy(agent, url)) === "new") news++;
    return news;
  };
  expect(await count(100)).toBe(10);
  const [{ ListenerArn }] = Listeners as [{ ListenerArn: string }];
  await call(balancer, "ModifyListener", {
    ListenerArn,
    DefaultActions: [forwardTo([groups[0], 0], [groups[1], 1])],
  });
  expect(await count(20)).toBe(20);
});

function askBy(agent: Agent, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, async (response) => {
      let body = "";
      for await (const chunk of response) body += chunk;
      resolve(body);
    }).on("error", reject);
  });
}

test("A new target that does not listen yet is healthy soon after it does, not at the next interval.", async () => {
  const platform = barePlatform();
  const { balancer, arn } = await aBalancer(platform);
  const late = await anApp(platform, "late");
  await new Promise((resolve) => late.server.close(resolve));
  const group = await aGroup(balancer, "apps", [late]);
  await call(balancer, "ModifyTargetGroup", { TargetGroupArn: group, HealthCheckIntervalSeconds: 300 });
  await listen(balancer, arn, [group, 1]);
  await until(async () => (await statesOf(balancer, group))[0]?.Reason === "Elb.InitialHealthChecking");
  late.server.listen(PORT, late.address);
  // Far less than an interval is what is waited.
  await allHealthy(balancer, group);
});

test("A target that fails its checks leaves the rotation with the code that was seen; with none healthy all are used.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  app.handle = () => ({ status: 500, body: "broken" });
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await until(async () => (await statesOf(balancer, group))[0]?.State === "unhealthy");
  expect(await statesOf(balancer, group)).toEqual([
    {
      State: "unhealthy",
      Reason: "Target.ResponseCodeMismatch",
      Description: "Health checks failed with these codes: [500]",
    },
  ]);
  expect(await ask(url)).toEqual({ status: 500, body: "broken" });
});

test("A draining target finishes what it has and gets nothing new; then it is not registered any more.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const [slow, other] = [await anApp(platform, "slow"), await anApp(platform, "other")];
  let release = () => {};
  slow.server.removeAllListeners("request");
  slow.server.on("request", (incoming, outgoing) => {
    if (incoming.url !== "/wait") return outgoing.end("slow");
    release = () => outgoing.end("finished");
  });
  const group = await aGroup(balancer, "web", [slow]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  const waiting = ask(`${url}/wait`);
  await until(() => balancer.metrics().targetGroups[0]!.targets[0]!.inFlight === 1);
  await call(balancer, "RegisterTargets", targets(group, other));
  await allHealthy(balancer, group);
  await call(balancer, "DeregisterTargets", targets(group, slow));
  const asked = targets(group, slow).Targets;
  expect(await statesOf(balancer, group, asked)).toEqual([
    {
      State: "draining",
      Reason: "Target.DeregistrationInProgress",
      Description: "Target deregistration is in progress",
    },
  ]);
  for (let at = 0; at < 5; at++) expect((await ask(url)).body).toBe("other");
  release();
  expect(await waiting).toEqual({ status: 200, body: "finished" });
  await until(async () => (await statesOf(balancer, group, asked))[0]?.Reason === "Target.NotRegistered");
});

test("The deregistration delay, divided by the time scale, cuts off what never ends.", async () => {
  const platform = barePlatform(undefined, { timeScale: 10 });
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  app.server.removeAllListeners("request");
  app.server.on("request", (incoming, outgoing) =>
    incoming.url === "/forever" ? outgoing.write("…") : outgoing.end("ok"),
  );
  const group = await aGroup(balancer, "web", [app], 5);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  const cut = ask(`${url}/forever`).catch(() => "cut off");
  await until(() => balancer.metrics().targetGroups[0]!.targets[0]!.inFlight === 1);
  const begun = Date.now();
  await call(balancer, "DeregisterTargets", targets(group, app));
  expect(await cut).toBe("cut off");
  expect(Date.now() - begun).toBeGreaterThan(450);
  expect(await statesOf(balancer, group)).toEqual([]);
  expect((await ask(url)).status).toBe(503);
});

test("A refused connection is a 502 and counted for the target; an answer that breaks off breaks off for the client.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  app.server.removeAllListeners("request");
  app.server.on("request", (incoming, outgoing) => {
    if (incoming.url !== "/break") return outgoing.end("ok");
    outgoing.writeHead(200, { "content-length": "100" });
    outgoing.write("half");
    setTimeout(() => outgoing.destroy(), 20);
  });
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  await expect(ask(`${url}/break`)).rejects.toThrow();
  app.server.close();
  app.server.closeAllConnections();
  expect((await ask(url)).status).toBe(502);
  const [counted] = balancer.metrics().targetGroups;
  expect(counted!.targets[0]!.counts).toMatchObject({
    targetConnectionErrorCount: 1,
    droppedByTarget: 1,
    elb5xx: 1,
  });
});

test("A pooled connection that the target closes before it answers is not the client's problem.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  // Every second request on a connection is never answered: the socket is closed the moment it arrives.
  const seen = new WeakSet<object>();
  app.server.removeAllListeners("request");
  app.server.on("request", (incoming, outgoing) => {
    if (seen.has(incoming.socket)) return incoming.socket.destroy();
    seen.add(incoming.socket);
    incoming.resume().on("end", () => outgoing.end("ok"));
  });
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  for (let at = 0; at < 6; at++) expect(await ask(url)).toEqual({ status: 200, body: "ok" });
});

test("A body that is not read yet when a pooled connection turns out closed goes out on a fresh one.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  for (let at = 0; at < 10; at++) {
    expect(await ask(url, { method: "POST", body: "x".repeat(1_000) })).toEqual({ status: 200, body: "app" });
    app.server.closeIdleConnections();
  }
});

test("Rules route by host and path before the listener's own action.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const group = await aGroup(balancer, "web", [await anApp(platform, "web")]);
  const orders = await aGroup(balancer, "orders", [await anApp(platform, "orders")]);
  const { Listeners } = await listen(balancer, arn, [group, 1]);
  const [{ ListenerArn }] = Listeners as [{ ListenerArn: string }];
  await call(balancer, "CreateRule", {
    ListenerArn,
    Priority: 10,
    Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/orders/*"] } }],
    Actions: [{ Type: "forward", TargetGroupArn: orders }],
  });
  await call(balancer, "CreateRule", {
    ListenerArn,
    Priority: 5,
    Conditions: [{ Field: "path-pattern", Values: ["/orders/closed"] }],
    Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "410", MessageBody: "gone" } }],
  });
  await allHealthy(balancer, orders);
  expect(await ask(`${url}/orders/1?x=1`)).toEqual({ status: 200, body: "orders" });
  expect(await ask(`${url}/orders/closed`)).toEqual({ status: 410, body: "gone" });
  expect(await ask(url)).toEqual({ status: 200, body: "web" });
  await expect(call(balancer, "DeleteTargetGroup", { TargetGroupArn: orders })).rejects.toMatchObject({
    code: "ResourceInUseException",
  });
  await expect(
    call(balancer, "CreateRule", {
      ListenerArn,
      Priority: 5,
      Conditions: [{ Field: "host-header", Values: ["a.example"] }],
      Actions: [{ Type: "forward", TargetGroupArn: orders }],
    }),
  ).rejects.toMatchObject({ code: "PriorityInUseException" });
});

test("An upgraded connection carries bytes both ways.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  app.server.on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    socket.pipe(socket);
  });
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  const socket = connect(PORT, new URL(url).hostname);
  cleanups.push(() => socket.destroy());
  socket.write("GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  await until(() => received.endsWith("hello"));
  socket.write(" again");
  await until(() => received.endsWith("hello again"));
  expect(received).toMatch(/^HTTP\/1\.1 101 /);
});

test("Bodies stream through both ways without being held back.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const app = await anApp(platform, "app");
  app.server.removeAllListeners("request");
  app.server.on("request", (incoming, outgoing) => incoming.pipe(outgoing));
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  const upload = request(url, { method: "POST" });
  const answered = new Promise<IncomingMessage>((resolve) => upload.once("response", resolve));
  upload.write("first");
  const response = await answered;
  const firstChunk = await new Promise((resolve) => response.once("data", (chunk) => resolve(String(chunk))));
  expect(firstChunk).toBe("first");
  upload.end("second");
  expect(String(await new Promise((resolve) => response.once("data", resolve)))).toBe("second");
});

test("After a restart the listeners are open again, with the same targets on the same address.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const group = await aGroup(balancer, "web", [await anApp(platform, "web")]);
  await listen(balancer, arn, [group, 1]);
  await balancer.stop!();
  await expect(ask(url)).rejects.toThrow();
  const again = createBalancer(barePlatform(platform));
  cleanups.push(() => again.stop!());
  await again.start!();
  expect(await ask(url)).toEqual({ status: 200, body: "web" });
});

test("After a restart a target is as healthy as it was, and one bad check does not change that.", async () => {
  const platform = barePlatform();
  const { balancer, arn } = await aBalancer(platform);
  const app = await anApp(platform, "web");
  const group = await aGroup(balancer, "web", [app]);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  await balancer.stop!();
  let checks = 0;
  app.handle = () => {
    checks += 1;
    return { status: 503, body: "" };
  };
  const again = createBalancer(barePlatform(platform));
  cleanups.push(() => again.stop!());
  await again.start!();
  await until(() => checks === 1);
  expect(await statesOf(again, group)).toEqual([{ State: "healthy" }]);
});

test("What is out of range, taken or not done is refused by name.", async () => {
  const platform = barePlatform();
  const { balancer, arn } = await aBalancer(platform);
  const group = await aGroup(balancer, "web", []);
  const base = { Protocol: "HTTP", Port: 80, TargetType: "ip" };
  const refused = async (operation: string, input: unknown, code: string) =>
    expect(call(balancer, operation, input)).rejects.toMatchObject({ code });
  await refused("CreateTargetGroup", { ...base, Name: "x".repeat(33) }, "ValidationError");
  await refused(
    "CreateTargetGroup",
    { ...base, Name: "a", HealthCheckIntervalSeconds: 4 },
    "ValidationError",
  );
  await refused("CreateTargetGroup", { ...base, Name: "a", HealthyThresholdCount: 1 }, "ValidationError");
  await refused("CreateTargetGroup", { ...base, Name: "web" }, "DuplicateTargetGroupNameException");
  await refused(
    "RegisterTargets",
    { TargetGroupArn: "arn:none", Targets: [{ Id: "127.0.0.9" }] },
    "TargetGroupNotFoundException",
  );
  await refused(
    "RegisterTargets",
    { TargetGroupArn: group, Targets: [{ Id: "10.0.0.9" }] },
    "ValidationError",
  );
  await refused(
    "ModifyTargetGroupAttributes",
    { TargetGroupArn: group, Attributes: [{ Key: "slow_start.duration_seconds", Value: "30" }] },
    "ValidationError",
  );
  await refused(
    "CreateListener",
    { LoadBalancerArn: arn, Protocol: "HTTP", Port: 80, DefaultActions: [forwardTo([group, 1])] },
    "ValidationError",
  );
  await listen(balancer, arn, [group, 1]);
  await refused(
    "CreateListener",
    { LoadBalancerArn: arn, Protocol: "HTTP", Port: PORT, DefaultActions: [forwardTo([group, 1])] },
    "DuplicateListenerException",
  );
  await refused("DescribeRules", { ListenerArn: "arn:none" }, "ListenerNotFoundException");
});

test("Who answers every third request with 500 and passes its checks is anomalous where two others answer well.", async () => {
  const platform = barePlatform();
  const { balancer, arn, url } = await aBalancer(platform);
  const apps = await Promise.all(["one", "two", "three"].map((name) => anApp(platform, name)));
  const group = await aGroup(balancer, "web", apps);
  await listen(balancer, arn, [group, 1]);
  await allHealthy(balancer, group);
  let asked = 0;
  apps[1]!.handle = (path) => ({ status: path !== "/" && ++asked % 3 === 0 ? 500 : 200, body: "two" });
  const load = () => Promise.all(Array.from({ length: 90 }, () => ask(`${url}/page`)));
  const found = async (input = {}) => {
    const { TargetHealthDescriptions } = await call(balancer, "DescribeTargetHealth", {
      TargetGroupArn: group,
      ...input,
    });
    return (TargetHealthDescriptions as { AnomalyDetection?: unknown }[]).map((one) => one.AnomalyDetection);
  };
  const [normal, anomalous] = ["normal", "anomalous"].map((Result) => ({ Result, MitigationInEffect: "no" }));
  const Include = ["AnomalyDetection"];
  await load();
  expect(await found({ Include })).toEqual([normal, anomalous, normal]);
  expect(await found({ Include, ...targets(group, apps[1]!) })).toEqual([anomalous]);
  expect(await found()).toEqual([undefined, undefined, undefined]);
  expect((await statesOf(balancer, group)).map(({ State }) => State)).toEqual(Array(3).fill("healthy"));
  apps[1]!.handle = () => ({ status: 200, body: "two" });
  await load();
  await load();
  expect(await found({ Include })).toEqual([normal, normal, normal]);
});
