// Scripts by SSM Run Command (host/run-command.ts): one command serves all hosts with one script.
import type { Clock } from "#core/clock.ts";
import {
  listInvocations,
  MOST_INSTANCES,
  notListed,
  readInvocation,
  startCommand,
} from "#targets/host/run-command.ts";
import { onlineAmong, type ServerClients } from "../client.ts";
import { hostLines, SCRIPT_SECONDS } from "../scripts/compose.ts";
import type { Job, Outcomes, Pending, Transport } from "./transport.ts";

/** How long a script may run before its agent is asked after, and how often. */
const SILENT_MILLISECONDS = 3_000;

export function ssmTransport(clients: Pick<ServerClients, "ssm">, clock: Clock): Transport {
  return {
    async run(jobs) {
      const outcomes: Outcomes = new Map();
      for (const { host } of jobs.filter((job) => !job.host.online))
        outcomes.set(host.id, { kind: "unreachable", reason: "the SSM agent is not online" });
      const groups = groupByScript(jobs.filter((job) => job.host.online));
      await Promise.all(groups.map((group) => sendToAll(clients, group, outcomes)));
      return outcomes;
    },
    async ask(pending) {
      const outcomes: Outcomes = new Map();
      const commands = Map.groupBy(pending, ({ ref }) => ref);
      await Promise.all(
        [...commands].map(async ([ref, waiting]) => {
          const invocations = await listInvocations(clients, ref);
          for (const { host, sentAtMs, timeoutSeconds = SCRIPT_SECONDS } of waiting) {
            const invocation = invocations.find((one) => one.InstanceId === host.instanceId);
            const outcome = invocation
              ? readInvocation(invocation, ref, timeoutSeconds, clock)
              : notListed(ref, sentAtMs, clock);
            outcomes.set(host.id, outcome);
          }
        }),
      );
      await askAfterAgents(clients, pending, outcomes, clock);
      return outcomes;
    },
  };
}

/**
 * A command stays InProgress when its host is cut off, until SSM's own time-outs are over. So whose script takes longer than a
 * moment is looked up: `PingStatus` says ConnectionLost (API reference, InstanceInformation) as soon as SSM knows.
 */
async function askAfterAgents(
  clients: Pick<ServerClients, "ssm">,
  pending: Pending[],
  outcomes: Outcomes,
  clock: Clock,
): Promise<void> {
  const nowMs = clock.now();
  const due = pending.filter(
    ({ host, sentAtMs = nowMs, seenOnlineAtMs = sentAtMs }) =>
      outcomes.get(host.id)?.kind === "pending" && nowMs - seenOnlineAtMs >= SILENT_MILLISECONDS,
  );
  for (let from = 0; from < due.length; from += MOST_INSTANCES) {
    const part = due.slice(from, from + MOST_INSTANCES);
    const online = await onlineAmong(
      clients,
      part.map(({ host }) => host.instanceId ?? ""),
    );
    for (const { host, ref } of part)
      outcomes.set(
        host.id,
        online.has(host.instanceId ?? "")
          ? { kind: "pending", ref, seenOnlineAtMs: nowMs }
          : { kind: "unreachable", reason: "the SSM agent was cut off while its script ran" },
      );
  }
}

function groupByScript(jobs: Job[]): Job[][] {
  return [...Map.groupBy(jobs, (job) => job.script).values()].flatMap((same) =>
    Array.from({ length: Math.ceil(same.length / MOST_INSTANCES) }, (_, index) =>
      same.slice(index * MOST_INSTANCES, (index + 1) * MOST_INSTANCES),
    ),
  );
}

async function sendToAll(
  clients: Pick<ServerClients, "ssm">,
  jobs: Job[],
  outcomes: Outcomes,
): Promise<void> {
  const hosts = jobs.map((job) => job.host);
  const { script, timeoutSeconds } = jobs[0]!;
  const ids = hosts.map((host) => host.instanceId ?? "");
  const outcome = await startCommand(clients, ids, hostLines(hosts) + script, timeoutSeconds);
  for (const host of hosts) outcomes.set(host.id, outcome);
}
