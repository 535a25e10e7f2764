// The proxies beside one task: each endpoint that it can reach has a loopback address, to which the task's own /etc/hosts
// leads. On AWS these are 127.255.0.1 and so on, in the network namespace that a task has there.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bind } from "../../ground/mounts.ts";
import type { Task } from "../model.ts";
import type { State } from "../state.ts";
import type { LiveTask } from "../tasks/live-task.ts";
import { createHosts } from "./hosts.ts";
import { deregisterTask, registerTask } from "./names.ts";
import { openProxy } from "./proxy.ts";
import { hostsOf } from "./reach.ts";

const HOSTS = "/etc/hosts";

/** `directory`: the task's own. Before its containers start. */
export async function openProxies(state: State, live: LiveTask, directory: string): Promise<void> {
  const { platform } = state;
  const { task } = live;
  if (task.endpoints === undefined) return;
  const lines: string[] = [];
  for (const [at, endpoint] of task.endpoints.entries()) {
    const address = platform.addressFor(`ecs/interface/${task.addressNumber}/endpoint/${at}`);
    const hosts = createHosts(() => hostsOf(state, endpoint.discoveryArn), platform.now);
    live.proxies.push(await openProxy(address, endpoint, hosts));
    lines.push(`${address} ${endpoint.dnsName}\n`);
  }
  mkdirSync(directory, { recursive: true });
  const file = join(directory, "hosts");
  writeFileSync(file, `${readFileSync(HOSTS, "utf8").trimEnd()}\n${lines.join("")}`);
  live.hostsFile = file;
}

export function closeProxies(live: LiveTask): void {
  for (const proxy of live.proxies.splice(0)) proxy.close();
}

/** What a container of the task sees instead of this machine's own. */
export function hostsBind({ hostsFile }: LiveTask): Bind[] {
  return hostsFile === undefined ? [] : [{ source: hostsFile, path: HOSTS }];
}

export async function joinNames({ platform }: State, task: Task): Promise<void> {
  for (const { discoveryArn, containerPort: port } of task.offers ?? [])
    await registerTask(platform, { discoveryArn, id: task.id, address: task.address, port });
}

export async function leaveNames({ platform }: State, task: Task): Promise<void> {
  for (const { discoveryArn } of task.offers ?? [])
    await deregisterTask(platform, { discoveryArn, id: task.id });
}
