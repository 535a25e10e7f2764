// What the sandboxes of one file of tests were asked for, out of the file that `SANDBOX_ASKED` names.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namesOf } from "#infra/names.ts";
import type { AskedLine } from "#sandbox/iam/asked-file.ts";
import { lineOf } from "./grants-in.ts";
import type { Proof } from "./proofs.ts";

/** Where what was asked for is to be kept beyond the tests, for record.ts. */
export const KEPT = process.env.TUTTI_ASKED;

/** Between the lines of the sandbox: which tests run. */
type Mark = { begins: string } | { ends: string };

export type Usage = { grant: string } & Omit<Proof, "file">;

export function askedPath(file: string): string {
  return KEPT
    ? join(KEPT, `${file.replaceAll("/", "__")}.jsonl`)
    : join(tmpdir(), `tutti-asked-${process.pid}.jsonl`);
}

export function mark(path: string, one: Mark): void {
  appendFileSync(path, `${JSON.stringify(one)}\n`);
}

/** The first use of each grant by each process. */
export function usesIn(path: string): Usage[] {
  if (!existsSync(path)) return [];
  const uses: Usage[] = [];
  const running: string[] = [];
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) {
    const one = JSON.parse(line) as Mark | AskedLine;
    if ("begins" in one) running.push(one.begins);
    else if ("ends" in one) running.splice(running.indexOf(one.ends), 1);
    else uses.push(...usageOf(one, [...running]));
  }
  return uses;
}

const NAMES = namesOf({ name: "tutti", account: "000000000000", region: "us-east-1" });
const OWN_ROLES = NAMES.roleArn("");

/** Nothing for roles that are not the installation's own. */
function usageOf({ principal, action, granted, call }: AskedLine, tests: string[]): Usage[] {
  if (!principal.startsWith(OWN_ROLES)) return [];
  const conditions = granted.conditions.map(({ key, values }) => `${key}=${values}`);
  const grant = lineOf(principal.slice(OWN_ROLES.length), action, granted.resource, conditions);
  const { resource, context } = call;
  const known = Object.keys(context).length > 0 ? { context } : {};
  return [{ grant, tests, call: { action, resource, ...known } }];
}
