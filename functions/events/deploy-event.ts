// An event on the bus asks for a deployment: `{app, environment, version}`. The same event has the effect of once, one
// that is older than the last one taken for its target none, and one that cannot be used is an audit line.
import * as z from "zod";
import { instant } from "#core/clock.ts";
import type { ControlDeps } from "#engine/deps.ts";
import { needApp } from "#functions/api/find.ts";
import { deploymentOf } from "#functions/api/new-submission.ts";
import { appName, environmentName, versionText } from "#functions/api/schemas/names.ts";
import { submitOnce } from "#functions/api/submit-once.ts";
import { validate } from "#functions/api/validate.ts";
import { audited, type Outcome } from "./event-audit.ts";

export type DeployEvent = { id: string; source: string; time: string; detail: unknown };

/** Documented in docs/triggers.md. */
export const deployDetail = z.strictObject({
  /** Of several installations that share a bus: which one. */
  installation: z.string().max(100).optional(),
  app: appName,
  environment: environmentName,
  version: versionText,
  onConflict: z.enum(["queue", "reject", "supersede"]).optional(),
});

const BY = { name: "eventbridge", client: "event" } as const;

export async function takeDeploy(deps: ControlDeps, event: DeployEvent): Promise<void> {
  const about = `event ${event.id} of ${event.source}`;
  const named = deployDetail.pick({ app: true, environment: true }).loose().safeParse(event.detail);
  const place = named.success ? { app: named.data.app, environment: named.data.environment } : {};
  await audited(deps, { actor: BY.name, about, ...place }, () => deploy(deps, event));
}

async function deploy(deps: ControlDeps, { id, time, detail }: DeployEvent): Promise<Outcome> {
  const { app: name, installation: _ours, ...asked } = validate(deployDetail, detail, "detail");
  const app = await needApp(deps, name);
  const submission = await deploymentOf(deps, app, asked, BY);
  const given = { of: "orders", at: instant(Date.parse(time)), onlyNewer: true } as const;
  const sequences = [...(submission.sequences ?? []), given];
  const occasion = { scope: "event:deploy", key: id };
  const { deployment, fresh } = await submitOnce(deps, occasion, { ...submission, sequences });
  const words = `${deployment.version} to ${deployment.environment} as ${deployment.id}`;
  return fresh
    ? { status: 202, detail: `Deploys ${words}.` }
    : { status: 200, detail: `Came before: deployed ${words}.` };
}
