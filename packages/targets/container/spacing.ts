// The engine asks several times a second, and a look at ECS is half a dozen calls: ECS sustains 20 reads a second in an
// account (ECS developer guide, "Request throttling"). So looks of one step are spaced: until the next one is due, the last
// one is the answer. Only memory, and no promise: where it is lost there is one look more.
import type { Step } from "#core/domain/step.ts";
import type { Progress, TargetContext } from "#core/driver/driver.ts";

const LOOK_EVERY_MS = 300;

export type LastLooks = Map<string, { about: string; atMs: number; progress: Progress }>;

export async function spaced(
  looks: LastLooks,
  target: TargetContext,
  step: Step,
  state: unknown,
  look: () => Promise<Progress>,
): Promise<Progress> {
  const name = `${target.app}/${target.environment.name}`;
  const last = looks.get(name);
  const due = !last || last.about !== aboutOf(step, state) || isDue(last.atMs, target);
  if (!due) return { ...last.progress, events: [] };
  const progress = await look();
  if (progress.phase === "running")
    looks.set(name, { about: aboutOf(step, progress.state), atMs: target.clock.now(), progress });
  else looks.delete(name);
  return progress;
}

function isDue(atMs: number, { clock }: TargetContext): boolean {
  return clock.now() - atMs >= LOOK_EVERY_MS;
}

/** The same step with the memory that its last look left. */
function aboutOf({ index, label, startedAt }: Step, state: unknown): string {
  return JSON.stringify([index, label, startedAt, state ?? null]);
}
