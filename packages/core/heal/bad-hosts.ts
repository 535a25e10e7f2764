// Which hosts of a pool are bad: a copy there stays broken however often it is repaired, and the host does not answer, or copies of
// the same release are well elsewhere, so that it is the host and not the app. Such a host takes no new copies (core/placement,
// core/plan) until it has proven good for half an hour. Few at a time, so that no app can take a whole pool out. Pure.
import { instant } from "../clock.ts";
import type { BadHost, Environment } from "../domain/environment.ts";
import type { Healing } from "../domain/healing.ts";
import type { Fleet, Replica } from "../domain/replica.ts";
import type { HealingPolicy } from "../domain/spec.ts";
import { whereIs } from "../plan/copy-id.ts";
import { pauseMs } from "./policy.ts";
import type { Broken } from "./tally.ts";

/** Of one copy in a row; then the next measure is to mark its host. */
export const REPAIRS_BEFORE_MARK = 3;
/** A host that answers at every look, with no broken copy on it, is good again after so long. */
export const PROOF_MS = 30 * 60_000;
/** Of a pool's hosts, by Tutti's own word; one at least, and never the only one. */
const MOST_MARKED_PERCENT = 25;

/** Who marks hosts where no person did. */
export const TUTTI = "tutti";

export type HostsInput = {
  pool: string;
  /** All marks of the environment. */
  marks: BadHost[];
  fleet: Pick<Fleet, "replicas" | "spare" | "unreachable">;
  broken: Broken[];
  healing: Pick<Healing, "patients">;
  policy: Pick<HealingPolicy, "pauseSeconds" | "maxRepairs">;
};

/** Of a pool's hosts: those that are marked. */
export function badHostsOf({ badHosts = [] }: Pick<Environment, "badHosts">, pool: string): string[] {
  return badHosts.filter((one) => one.pool === pool).map(({ host }) => host);
}

/** The one host that is to be marked now, or `null`. */
export function hostToMark(input: HostsInput, nowMs: number): BadHost | null {
  const { pool, marks, fleet, broken, healing } = input;
  const bad = new Set(badHostsOf({ badHosts: marks }, pool));
  if (bad.size + 1 > mostMarked(hostsOf(fleet).size)) return null;
  for (const { replica, detail } of broken) {
    const { host } = whereIs(replica);
    const patient = healing.patients.find((one) => one.replica === replica);
    const isSpent = (patient?.repairs ?? 0) >= REPAIRS_BEFORE_MARK && isOver(patient!, input, nowMs);
    if (!isSpent || bad.has(host) || !isHosts(replica, fleet, broken)) continue;
    const why = `${replica} is broken still after ${patient!.repairs} repairs (${detail.replace(/[.\s]+$/, "")})`;
    return { pool, host, since: instant(nowMs), why, by: TUTTI, provenSince: null };
  }
  return null;
}

function mostMarked(hosts: number): number {
  return hosts < 2 ? 0 : Math.max(1, Math.floor((hosts * MOST_MARKED_PERCENT) / 100));
}

function hostsOf({ replicas, spare, unreachable }: HostsInput["fleet"]): Set<string> {
  return new Set([...replicas.map(({ id }) => id), ...spare, ...unreachable].map((id) => whereIs(id).host));
}

type Patient = Healing["patients"][number];

function isOver({ repairs, repairedAt }: Patient, { policy }: HostsInput, nowMs: number): boolean {
  return repairedAt !== null && nowMs >= Date.parse(repairedAt) + pauseMs(policy, repairs);
}

/** Whether it is the host's doing: nobody reaches it, or it is the only one where copies of the app are broken, and elsewhere one is well. */
function isHosts(replica: string, { replicas, unreachable }: HostsInput["fleet"], broken: Broken[]): boolean {
  const { host } = whereIs(replica);
  if (unreachable.includes(replica)) return true;
  const isElsewhere = (id: string) => whereIs(id).host !== host;
  const isWell = ({ id, health }: Replica) => health === "healthy" && isElsewhere(id);
  return replicas.some(isWell) && !broken.some((one) => isElsewhere(one.replica));
}

/** Where marks leave copies without a host: what is missing. What is missing for another reason is told by others. */
export function lackBecause(
  { bad = [], replicas }: Pick<Fleet, "bad" | "replicas">,
  desired: number,
): string | null {
  const missing = desired - replicas.filter(({ version }) => version !== null).length;
  if (bad.length === 0 || missing <= 0) return null;
  const hosts = `${bad.join(", ")} ${bad.length === 1 ? "is" : "are"} marked bad`;
  return `${missing} of ${desired} ${desired === 1 ? "copy" : "copies"} ${missing === 1 ? "has" : "have"} no host: ${hosts}, and no other has room.`;
}

export type Proof = {
  /** As they are to be written; the same array where nothing is new. */
  marks: BadHost[];
  cleared: BadHost[];
};

/** What one look says of the hosts that Tutti marked in this pool. One that has left the pool needs no mark. */
export function proveHosts(input: Omit<HostsInput, "healing" | "policy">, nowMs: number): Proof {
  const { pool, marks, fleet, broken } = input;
  const there = hostsOf(fleet);
  const ill = new Set(
    [...fleet.unreachable, ...broken.map((one) => one.replica)].map((id) => whereIs(id).host),
  );
  const looked = marks.map((mark) =>
    mark.pool === pool && mark.by === TUTTI ? proven(mark, ill, nowMs) : mark,
  );
  const isCleared = (mark: BadHost) =>
    mark.pool === pool && mark.by === TUTTI && (!there.has(mark.host) || isProven(mark, nowMs));
  const cleared = looked.filter(isCleared);
  const isSame = cleared.length === 0 && looked.every((mark, index) => mark === marks[index]);
  return { marks: isSame ? marks : looked.filter((mark) => !isCleared(mark)), cleared };
}

function proven(mark: BadHost, ill: Set<string>, nowMs: number): BadHost {
  if (ill.has(mark.host)) return mark.provenSince === null ? mark : { ...mark, provenSince: null };
  return mark.provenSince === null ? { ...mark, provenSince: instant(nowMs) } : mark;
}

function isProven(mark: BadHost, nowMs: number): boolean {
  const { at } = endOfMark(mark);
  return at !== null && nowMs >= Date.parse(at);
}

/** What ends a mark, in words, and when, where that is known: a person's stays. */
export function endOfMark({ by, provenSince }: Pick<BadHost, "by" | "provenSince">): {
  how: string;
  at: string | null;
} {
  if (by !== TUTTI) return { how: "somebody clears it", at: null };
  if (provenSince === null) return { how: "it has been well for half an hour", at: null };
  return { how: "it stays well until then", at: instant(Date.parse(provenSince) + PROOF_MS) };
}
