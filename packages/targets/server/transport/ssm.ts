// Scripts by SSM Run Command: nothing listens on the host, nobody holds a key. SendCommand has no client token, so a
// repeated one may run twice; the script's lock makes that harmless. One command serves all hosts with one script.
import type { CommandInvocation } from "@aws-sdk/client-ssm";
import type { Clock } from "#core/clock.ts";
import { listInvocations, MOST_INSTANCES, type ServerClients, sendCommand } from "../client.ts";
import { hostLines, SCRIPT_SECONDS } from "../scripts/compose.ts";
import type { Job, Outcome, Outcomes, Transport } from "./transport.ts";

/** A command that no agent took up within this time: the host is off or cut off. (An agent asks every second or so.) */
const TAKE_UP_SECONDS = 20;
const LISTED_WITHIN_SECONDS = 10;

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
  const outcome = await send(clients, ids, hostLines(hosts) + script, timeoutSeconds);
  for (const host of hosts) outcomes.set(host.id, outcome);
}

/** A host that went away since it was listed makes SSM refuse the whole command (InvalidInstanceId). */
async function send(
  clients: Pick<ServerClients, "ssm">,
  ids: string[],
  script: string,
  timeoutSeconds: number,
): Promise<Outcome> {
  try {
    return { kind: "pending", ref: await sendCommand(clients, ids, script, timeoutSeconds) };
  } catch (error) {
    const { cause, message } = error as Error;
    if ((cause as Error | undefined)?.name !== "InvalidInstanceId") throw error;
    return { kind: "unreachable", reason: message };
  }
}

/** Right after it was sent a command need not be listed yet. */
function notListed(ref: string, sentAtMs: number | undefined, clock: Clock): Outcome {
  if (sentAtMs === undefined || clock.now() - sentAtMs < LISTED_WITHIN_SECONDS * 1000)
    return { kind: "pending", ref };
  return { kind: "lost", reason: "SSM does not know the command any more" };
}

/** Statuses: Systems Manager User Guide, "Understanding command statuses". */
function readInvocation(
  invocation: CommandInvocation,
  ref: string,
  timeoutSeconds: number,
  clock: Clock,
): Outcome {
  const { Status, StatusDetails, RequestedDateTime } = invocation;
  const waitedSeconds = RequestedDateTime ? (clock.now() - RequestedDateTime.getTime()) / 1000 : 0;
  if (Status === "Pending" || Status === "Delayed")
    return waitedSeconds < TAKE_UP_SECONDS
      ? { kind: "pending", ref }
      : { kind: "unreachable", reason: `the SSM agent did not take up the command in ${TAKE_UP_SECONDS} s` };
  if (Status === "InProgress" || Status === "Cancelling")
    return waitedSeconds < timeoutSeconds + 2 * TAKE_UP_SECONDS
      ? { kind: "pending", ref }
      : { kind: "unreachable", reason: "the SSM agent took up the command and was not heard of again" };
  if (/Undeliverable|Terminated/.test(StatusDetails ?? ""))
    return { kind: "lost", reason: `the SSM agent lost the command (${StatusDetails})` };
  if (StatusDetails === "DeliveryTimedOut")
    return { kind: "unreachable", reason: `SSM could not deliver the command (${StatusDetails})` };
  const plugin = invocation.CommandPlugins?.[0];
  const output = plugin?.Output ?? "";
  const said = output || (StatusDetails ?? Status ?? "");
  return { kind: "exited", code: plugin?.ResponseCode ?? -1, stdout: said, stderr: "" };
}
