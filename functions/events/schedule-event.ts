// A schedule's moment has come: deploys, scales or restarts its target. What counts is the manifest as it is now: one that no
// longer asks for it is told in the audit and nothing happens, as where the app is gone. The same moment has the effect of once,
// and one that comes late does not undo what a later one did.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import type { App } from "#core/domain/app.ts";
import { LATEST, type Schedule, scheduleName } from "#core/domain/schedule.ts";
import { TuttiError } from "#core/errors.ts";
import type { ControlDeps } from "#engine/deps.ts";
import type { Submission } from "#engine/submit.ts";
import { needApp } from "#functions/api/find.ts";
import { deploymentOf, restartOf, scalingOf } from "#functions/api/new-submission.ts";
import { submitOnce } from "#functions/api/submit-once.ts";
import { validate } from "#functions/api/validate.ts";
import { plannedSchedules } from "#functions/schedules/wanted-schedules.ts";
import { audited, type Outcome } from "./event-audit.ts";

const eventSchema = z.strictObject({
  app: z.string().min(1),
  environment: z.string().min(1),
  /** Which one, by what it says (functions/schedules/wanted-schedules.ts). */
  schedule: z.string().min(1),
  scheduledAt: z.iso.datetime(),
});

type Due = z.output<typeof eventSchema>;

const BY = { name: "schedule", client: "schedule" } as const;

export async function takeSchedule(deps: ControlDeps, event: unknown): Promise<void> {
  const parsed = eventSchema.safeParse(event);
  const place = parsed.success ? { app: parsed.data.app, environment: parsed.data.environment } : {};
  const due = parsed.success ? parsed.data : null;
  const found = due && (await scheduleOf(deps, due));
  const about = found ? `schedule ${scheduleName(found.schedule)}` : "schedule";
  await audited(deps, { actor: BY.name, about, ...place }, async () => {
    if (!due) return validate(eventSchema, event, "event") as never;
    const app = await needApp(deps, due.app);
    if (!found) throw gone(due);
    return act(deps, app, due, found.schedule);
  });
}

async function scheduleOf({ store }: ControlDeps, { app: name, environment, schedule: id }: Due) {
  const app = await store.apps.get(name);
  return app && plannedSchedules(app, [environment]).find((one) => one.id === id);
}

function gone({ app, environment, schedule }: Due): TuttiError {
  return new TuttiError(
    "not_found",
    `The manifest of ${app} no longer asks for the schedule ${schedule} in ${environment}.`,
  );
}

async function act(deps: ControlDeps, app: App, due: Due, schedule: Schedule): Promise<Outcome> {
  const submission = await ASKS[schedule.action](deps, app, due.environment, schedule);
  if (submission === null) return { status: 200, detail: "The newest release runs already." };
  const given = { of: "orders", at: instant(Date.parse(due.scheduledAt)), onlyNewer: true } as const;
  const sequences = [...(submission.sequences ?? []), given];
  // What is the newest release may change between two tellings of one moment.
  const occasion = {
    scope: "event:schedule",
    key: `${app.app}/${due.schedule}/${due.scheduledAt}`,
    fingerprint: schedule.action,
  };
  const { deployment, fresh } = await submitOnce(deps, occasion, { ...submission, sequences });
  const words = `${schedule.action} of ${due.scheduledAt} as ${deployment.id} (${deployment.version})`;
  return fresh
    ? { status: 202, detail: `Started: ${words}.` }
    : { status: 200, detail: `Came before: ${words}.` };
}

type Ask = (
  deps: ControlDeps,
  app: App,
  environment: string,
  schedule: Schedule,
) => Promise<Submission | null>;

const ASKS: Record<Schedule["action"], Ask> = {
  deploy: async (deps, app, environment, { version = LATEST }) => {
    const asked = version === LATEST ? await newest(deps, app) : version;
    const target = await deps.store.targets.get({ app: app.app, environment });
    const idle = target && target.lock === null && target.queue.length === 0;
    if (version === LATEST && idle && target.release === asked) return null;
    return deploymentOf(deps, app, { environment, version: asked }, BY);
  },
  scale: (deps, app, environment, { replicas }) =>
    scalingOf(deps, app, { environment, replicas: replicas! }, BY),
  restart: (deps, app, environment) => restartOf(deps, app, { environment }, BY),
};

async function newest({ store }: ControlDeps, { app }: App): Promise<string> {
  const { items } = await store.releases.list(app, { limit: 1 });
  if (items[0]) return items[0].version;
  throw new TuttiError("conflict", `${app} has no release yet.`);
}
