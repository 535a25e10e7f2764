// The doctor: every driver looks at what an environment names, with the permissions that it deploys with. Nothing is changed.
import { instant } from "#core/clock.ts";
import { KINDS, type Kind } from "#core/domain/kind.ts";
import { type Check, missing } from "#core/driver/diagnosis.ts";
import type { ApiDeps } from "../deps.ts";
import { networkChecks } from "../diagnose-network.ts";
import { needPlace } from "../find.ts";
import { reply, route } from "../route.ts";
import { type DiagnosisView, diagnosisView } from "../schemas/diagnosis.ts";
import { environmentParams } from "../schemas/names.ts";

export const diagnoseEnvironment = route(
  "GET /v1/environments/{env}/doctor",
  {
    permission: "read",
    reach: { environment: "path" },
    tag: "environments",
    summary:
      "Whether what an environment's settings name is there and can be used, looked at now; nothing is changed",
    params: environmentParams,
    answers: { 200: diagnosisView },
  },
  async ({ params: { env }, deps }) => {
    const place = await needPlace(deps, env);
    const answers = await Promise.all(KINDS.map((kind) => ask(deps, kind, env)));
    const checks = merged([...networkChecks(place, deps.inNetwork), ...answers.flat()]);
    const checkedAt = instant(deps.clock.now());
    return reply(200, { environment: env, checkedAt, ok: checks.every((one) => one.ok), checks });
  },
);

/** Without a kind where no driver looked. */
type KindCheck = Check & { kind?: Kind };

/** A driver that cannot even look is a finding of its own. */
async function ask(deps: ApiDeps, kind: Kind, environment: string): Promise<KindCheck[]> {
  try {
    const checks = (await deps.drivers.invoke(kind, { verb: "diagnose", environment })) as Check[];
    return checks.map((one) => ({ ...one, kind }));
  } catch (error) {
    const mend = `Look at the log of the function driver-${kind}, and deploy the installation again.`;
    return [{ ...missing(`drivers.${kind}`, (error as Error).message, mend), kind }];
  }
}

/** Several drivers look at the same load balancer: what they agree on is said once. */
function merged(checks: KindCheck[]): DiagnosisView["checks"] {
  const found = new Map<string, DiagnosisView["checks"][number]>();
  for (const { kind, ...check } of checks) {
    const key = JSON.stringify([check.path, check.ok, check.detail]);
    const known = found.get(key);
    const kinds = kind ? [kind] : [];
    if (known) known.kinds.push(...kinds);
    else found.set(key, { ...check, kinds });
  }
  return [...found.values()].sort((one, other) => Number(one.ok) - Number(other.ok));
}
