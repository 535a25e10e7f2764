// Machines and load balancer together: three hosts replaced one after the other under load, by hand, with not one
// request failed, on connections that are kept and on fresh ones.
import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { createBalancer } from "#sandbox/balancer/service.ts";
import { createMachines } from "#sandbox/machines/service.ts";
import type { Service } from "#sandbox/platform.ts";
import { barePlatform, call } from "./bare-platform.ts";

const PORT = 8080;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const INSTALL = (version: string) => [
  `cat > app.js <<'END'
require("node:http").createServer((incoming, outgoing) => setTimeout(() => outgoing.end("${version}"), 5)).listen(8080);
END
cat > app.service <<END
[Service]
ExecStart=/usr/bin/env node $PWD/app.js
[Install]
WantedBy=multi-user.target
END
systemctl link "$PWD/app.service"
systemctl enable app
systemctl restart app
until curl -s -o /dev/null "http://$HOST:8080/"; do sleep 0.02; done`,
];

async function run(ssm: Service, id: string, commands: string[]): Promise<void> {
  const { Command } = await call(ssm, "SendCommand", {
    DocumentName: "AWS-RunShellScript",
    InstanceIds: [id],
    Parameters: { commands },
  });
  const { CommandId } = Command as { CommandId: string };
  for (;;) {
    const { Status } = await call(ssm, "GetCommandInvocation", { CommandId, InstanceId: id });
    if (Status === "Success") return;
    if (Status !== "Pending" && Status !== "InProgress") throw new Error(`The command ended ${Status}`);
    await sleep(5);
  }
}

type Load = { sent: number; answers: Map<string, number>; failures: string[]; stop(): Promise<void> };

/** Steady load of several clients on an agent, until it is stopped. */
function startLoad(url: string, agent: Agent, clients: number): Load {
  let running = true;
  const load: Load = { sent: 0, answers: new Map(), failures: [], stop: async () => {} };
  const client = async () => {
    while (running) {
      load.sent++;
      const answer = await ask(url, agent).catch((error: Error) => `failed: ${error.message}`);
      if (/^v\d$/.test(answer)) load.answers.set(answer, (load.answers.get(answer) ?? 0) + 1);
      else load.failures.push(answer);
      await sleep(2);
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  load.stop = async () => {
    running = false;
    await all;
    agent.destroy();
  };
  return load;
}

function ask(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, async (response) => {
      let body = "";
      try {
        for await (const chunk of response) body += chunk;
        resolve(response.statusCode === 200 ? body : `status ${response.statusCode}`);
      } catch (error) {
        reject(error);
      }
    }).on("error", reject);
  });
}

test("Three hosts are replaced one by one under load without a failed request.", async () => {
  const platform = barePlatform();
  const machines = createMachines(platform);
  const balancer = createBalancer(platform);
  for (const service of [machines.service, balancer]) {
    await service.start!();
    cleanups.push(() => service.stop!());
  }
  const ids = ["mi-1", "mi-2", "mi-3"];
  await Promise.all(ids.map((id) => machines.ensure({ id, name: id, tags: {} })));
  await Promise.all(ids.map((id) => run(machines.service, id, INSTALL("v1"))));

  const created = await call(balancer, "CreateTargetGroup", { Name: "web", Protocol: "HTTP", Port: PORT });
  const [{ TargetGroupArn }] = created.TargetGroups as [{ TargetGroupArn: string }];
  const only = (Id: string) => ({ TargetGroupArn, Targets: [{ Id, Port: PORT }] });
  const becomes = async (id: string, wanted: string) => {
    for (;;) {
      const { TargetHealthDescriptions } = await call(balancer, "DescribeTargetHealth", only(id));
      const [{ TargetHealth }] = TargetHealthDescriptions as [{ TargetHealth: { State: string } }];
      if (TargetHealth.State === wanted) return;
      await sleep(10);
    }
  };
  const { LoadBalancers } = await call(balancer, "CreateLoadBalancer", { Name: "main" });
  const [{ LoadBalancerArn, DNSName }] = LoadBalancers as [{ LoadBalancerArn: string; DNSName: string }];
  await call(balancer, "CreateListener", {
    LoadBalancerArn,
    Protocol: "HTTP",
    Port: PORT,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  for (const id of ids) await call(balancer, "RegisterTargets", only(id));
  for (const id of ids) await becomes(id, "healthy");

  const url = `http://${DNSName}:${PORT}/`;
  const loads = [startLoad(url, new Agent({ keepAlive: true }), 8), startLoad(url, new Agent(), 4)];
  await sleep(300);
  for (const id of ids) {
    await call(balancer, "DeregisterTargets", only(id));
    await becomes(id, "unused");
    await run(machines.service, id, INSTALL("v2"));
    await call(balancer, "RegisterTargets", only(id));
    await becomes(id, "healthy");
  }
  await sleep(300);
  await Promise.all(loads.map((load) => load.stop()));

  expect(loads.flatMap((load) => load.failures)).toEqual([]);
  for (const { sent, answers } of loads) {
    expect(sent).toBeGreaterThan(100);
    expect([...answers.keys()].sort()).toEqual(["v1", "v2"]);
    expect([...answers.values()].reduce((sum, count) => sum + count)).toBe(sent);
  }
  expect(await ask(url, new Agent())).toBe("v2");
});
