// `tutti bad-hosts ENV`: the hosts that take no copies, and why; with --mark and --clear an operator's word on one.
import { type Command, InvalidArgumentError } from "commander";
import type { Answer } from "#client/operations.ts";
import type { Context } from "../context.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

type Place = { pool: string; host: string };
type Options = { mark?: Place; why?: string; clear?: Place };
type Line = Answer<"GET /v1/environments/{env}/bad-hosts">["items"][number];

export function addBadHosts(program: Command, context: Context): void {
  program
    .command("bad-hosts")
    .description("list the hosts of an environment's pools that are marked bad; mark one, or clear it")
    .argument("<environment>")
    .option("--mark <pool/host>", "its copies go elsewhere, and no new ones come", placeOf)
    .option("--why <text>", "why it is marked")
    .option("--clear <pool/host>", "it takes copies again", placeOf)
    .action((environment: string, options: Options) => badHosts(context, environment, options));
}

async function badHosts(context: Context, environment: string, { mark, why, clear }: Options): Promise<void> {
  const { environments } = context.client();
  if (mark !== undefined) await environments.markHost(environment, mark, why ?? "an operator has said so");
  if (clear !== undefined) await environments.clearHost(environment, clear);
  const found = await environments.badHosts(environment);
  context.print(found, () => linesOf(environment, found.items));
}

function placeOf(text: string): Place {
  const [, pool, host] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (pool === undefined || host === undefined)
    throw new InvalidArgumentError("It must be a pool and a host, such as web/web-2.");
  return { pool, host };
}

function linesOf(environment: string, items: Line[]): string[] {
  if (items.length === 0) return [`No host of ${environment} is marked bad.`];
  const row = (one: Line) => [
    `${one.pool}/${one.host}`,
    moment(one.since),
    one.by,
    one.provenSince === null ? "–" : moment(one.provenSince),
    one.why,
  ];
  return table(["HOST", "SINCE", "BY", "WELL SINCE", "WHY"], items.map(row));
}
