// Who is a patient: the copies that are broken, and those whose repair is not long ago. A copy that takes a patient's place
// goes on where that one stopped, so that an app which crashes at every start is not begun anew with each instance. Pure.
import { instant } from "../clock.ts";
import type { Healing, Patient } from "../domain/healing.ts";
import type { Replica } from "../domain/replica.ts";
import type { HealingPolicy } from "../domain/spec.ts";
import { restMs } from "./policy.ts";
import type { Broken } from "./tally.ts";

/** A patient that is broken now. */
export type Sick = { patient: Patient } & Omit<Broken, "replica">;

export type Patients = { sick: Sick[]; resting: Patient[] };

export type PatientsInput = {
  policy: Pick<HealingPolicy, "pauseSeconds">;
  healing: Pick<Healing, "patients">;
  replicas: Pick<Replica, "id">[];
  broken: Broken[];
};

/** `sick`: the dead first, then who has been broken longest. */
export function namePatients({ policy, healing, replicas, broken }: PatientsInput, nowMs: number): Patients {
  const there = new Set(replicas.map((one) => one.id));
  const left = new Map(healing.patients.map((one) => [one.replica, one]));
  const known = broken.map((one) => ({ one, before: take(left, one.replica) }));
  const orphans = [...left.values()]
    .filter((one) => !there.has(one.replica) && !isRested(policy, one, nowMs))
    .sort((a, b) => b.repairs - a.repairs);
  const sick = known.map(({ one, before }) => {
    const patient = before ?? inherited(orphans.shift(), left);
    const { replica, ...how } = one;
    return { patient: brokenNow(patient, replica, nowMs), ...how };
  });
  const resting = [...left.values()].filter((one) => !isRested(policy, one, nowMs));
  return { sick: sick.sort(worstFirst), resting: resting.map((one) => ({ ...one, brokenSince: null })) };
}

function take(from: Map<string, Patient>, replica: string): Patient | undefined {
  const found = from.get(replica);
  from.delete(replica);
  return found;
}

function inherited(orphan: Patient | undefined, left: Map<string, Patient>): Patient | undefined {
  if (orphan) left.delete(orphan.replica);
  return orphan;
}

function brokenNow(before: Patient | undefined, replica: string, nowMs: number): Patient {
  const { brokenSince = null, repairs = 0, repairedAt = null } = before ?? {};
  return { replica, brokenSince: brokenSince ?? instant(nowMs), repairs, repairedAt };
}

/** Never repaired and well again: nothing to remember. */
function isRested(policy: PatientsInput["policy"], { repairs, repairedAt }: Patient, nowMs: number): boolean {
  return repairedAt === null || nowMs >= Date.parse(repairedAt) + restMs(policy, repairs);
}

function worstFirst(a: Sick, b: Sick): number {
  if (a.dead !== b.dead) return a.dead ? -1 : 1;
  return Date.parse(a.patient.brokenSince!) - Date.parse(b.patient.brokenSince!);
}
