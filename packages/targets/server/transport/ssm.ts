// Scripts by SSM Run Command (host/run-command.ts): one command serves all hosts with one script.
import type { Clock } from "#core/clock.ts";
import {
  listInvocations,
  MOST_INSTANCES,
  notListed,
  readInvocation,
  startCommand,
} from "#targets/host/run-command.ts";
import type { ServerClients } from "../client.ts";
import { hostLines, SCRIPT_SECONDS } from "../scripts/compose.ts";
import type { Job, Outcomes, Transport } from "./transport.ts";

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
      return outcomes;
    },
  };
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
