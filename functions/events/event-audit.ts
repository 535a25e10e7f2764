// What an event from outside came to is told in the audit, since nobody waits for an answer. What trying again may mend
// is thrown instead, so that the platform sends the event again; what never will is an audit line and the end of it.
import { instant } from "#core/clock.ts";
import { outcomeOf } from "#core/domain/audit-entry.ts";
import { ERRORS, type ErrorCode } from "#core/errors.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { type AutoDeployed, refusalOf } from "#functions/api/auto-deploy.ts";

/** `actor`: the source of the event; `about`: what it tells of. */
export type Told = { actor: string; about: string; app?: string; environment?: string };

export type Outcome = { status: number; detail: string; code?: ErrorCode };

const LONGEST = 500;

export async function audited(deps: ControlDeps, told: Told, work: () => Promise<Outcome>): Promise<void> {
  const metered = () => (deps.meter ? deps.meter.alone(work) : work());
  const outcome = await metered().catch((error: unknown): Outcome => {
    const { code, detail } = refusalOf(error);
    return { status: ERRORS[code].status, detail, code };
  });
  await append(deps, told, outcome);
}

async function append(
  { store, ids, clock }: ControlDeps,
  { actor, about, ...place }: Told,
  { status, detail, code }: Outcome,
): Promise<void> {
  await store.audit.append({
    id: ids("aud"),
    at: instant(clock.now()),
    actor,
    actorId: actor,
    sourceIp: actor,
    method: "EVENT",
    path: about.slice(0, LONGEST),
    status,
    outcome: outcomeOf(status),
    detail: detail.slice(0, LONGEST),
    ...(code === undefined ? {} : { code }),
    ...place,
  });
}

/** Of a release that was told of: a refusal where no environment took it and one refused. */
export function outcomeOfRelease(
  version: string,
  created: boolean,
  { deployments, repeated, refused }: AutoDeployed,
): Outcome {
  const fresh = deployments.filter((one) => !repeated.includes(one));
  const words = [
    `${version} ${created ? "registered" : "was registered before"}`,
    ...fresh.map((one) => `deploys to ${one.environment} as ${one.id}`),
    ...repeated.map((one) => `was deployed to ${one.environment} before as ${one.id}`),
    ...refused.map((one) => `not deployed to ${one.environment}: ${one.detail}`),
  ];
  const detail = `${words.join("; ")}.`;
  const [first] = refused;
  if (first && fresh.length === 0) return { status: ERRORS[first.code].status, code: first.code, detail };
  return { status: created ? 201 : 200, detail };
}
