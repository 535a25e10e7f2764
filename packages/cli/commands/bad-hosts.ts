// `tutti bad-hosts ENV`: the hosts that take no copies, and why; with --mark and --clear an operator's word on one.
import { type Command, InvalidArgumentError } from "commander";
import type { Answer } from "#client/operations.ts";
import { endOfMark } from "#core/heal/bad-hosts.ts";
import { whereIs } from "#core/plan/copy-id.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

type Place = { pool: string; host: string };
type Options = PageOptions & { mark?: Place; why?: string; clear?: Place };
type Line = Answer<"GET /v1/environments/{env}/bad-hosts">["items"][number];

export function addBadHosts(program: Command, context: Context): void {
  pageOptions(
    program
      .command("bad-hosts")
      .description("list the hosts of an environment's pools that are marked bad; mark one, or clear it")
      .argument("<environment>")
      .option("--mark <pool/host>", "its copies go elsewhere, and no new ones come", readPlace)
      .option("--why <text>", "why it is marked")
      .option("--clear <pool/host>", "it takes copies again", readPlace),
  ).action((environment: string, options: Options) => badHosts(context, environment, options));
}

async function badHosts(context: Context, environment: string, options: Options): Promise<void> {
  const { mark, why, clear, ...page } = options;
  if (why !== undefined && mark === undefined) throw new UsageError("--why goes with --mark");
  const { environments } = context.client();
  if (mark !== undefined) await environments.markHost(environment, mark, why ?? "an operator has said so");
  if (clear !== undefined) await environments.clearHost(environment, clear);
  const found = await environments.badHosts(environment, page);
  const done = [
    ...(clear === undefined ? [] : [`${nameOf(clear)} of ${environment} takes copies again`]),
    ...(mark === undefined ? [] : [await markedLine(context, environment, mark)]),
  ];
  context.print(found, () => [...done, ...linesOf(environment, found.items), ...restLine(found.cursor)]);
}

function readPlace(text: string): Place {
  const [, pool, host] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (pool === undefined || host === undefined)
    throw new InvalidArgumentError("It must be a pool and a host, such as web/web-2.");
  return { pool, host };
}

/** Only Systems Manager knows which hosts carry a pool's tag, so a slip in a name shows by there being no copy. */
async function markedLine(context: Context, environment: string, mark: Place): Promise<string> {
  const { items } = await context.client().targets.list({ environment, limit: 200 });
  const copies = items.flatMap(({ app, replicas }) =>
    replicas.filter(({ id }) => whereIs(id).host === mark.host).map(({ id }) => `${app} ${id}`),
  );
  const what =
    copies.length === 0
      ? "no copy is known there"
      : `to go elsewhere, where there is room: ${copies.join(", ")}`;
  return `${nameOf(mark)} of ${environment} is marked; ${what}`;
}

function nameOf({ pool, host }: Place): string {
  return `${pool}/${host}`;
}

function linesOf(environment: string, items: Line[]): string[] {
  if (items.length === 0) return [`No host of ${environment} is marked bad.`];
  const row = (one: Line) => [nameOf(one), moment(one.since), one.by, until(one), one.why];
  // By name, for who looks for one.
  const byName = items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
  return table(["HOST", "SINCE", "BY", "UNTIL", "WHY"], byName.map(row));
}

function until(one: Line): string {
  const { how, at } = endOfMark(one);
  return at === null ? how : moment(at);
}
