// Apps down, environments across. Only the rows that somebody has scrolled to are there, so a thousand targets stay
// smooth.
import type { DeploymentView, HealingRunView, TargetView } from "../api.ts";
import { useGrowing } from "../parts/growing.tsx";
import { HealthDots } from "../parts/health-dots.tsx";
import { Progress } from "../parts/progress.tsx";
import { TrafficBar } from "../parts/traffic-bar.tsx";
import { When } from "../parts/when.tsx";
import { linkTo } from "../route.ts";

type MatrixProps = {
  targets: TargetView[];
  deployments: DeploymentView[];
  /** Newest first. */
  healing: HealingRunView[];
  /** Environments that take no releases now. */
  closed: ReadonlySet<string>;
};

/** The usual way of a release, then whatever else there is. */
const USUAL = ["dev", "test", "stage", "staging", "prod", "production"];

export function HallMatrix({ targets, deployments, healing, closed }: MatrixProps) {
  const environments = environmentsOf(targets);
  const apps = Map.groupBy(targets, (one) => one.app);
  const byId = new Map(deployments.map((one) => [one.id, one]));
  // The newest comes last, and stays.
  const healed = new Map(healing.toReversed().map((run) => [`${run.app}/${run.environment}`, run]));
  const seen = { byId, healed };
  const names = [...apps.keys()].sort();
  const { shown, rest } = useGrowing(names.length);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="matrix" aria-label="Targets" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">App</th>
            {environments.map((name) => (
              <th key={name} scope="col">
                {name} {closed.has(name) && <small class="tag">❄ closed</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.slice(0, shown).map((app) => (
            <Row key={app} app={app} places={apps.get(app)!} environments={environments} seen={seen} />
          ))}
        </tbody>
      </table>
      {rest}
    </section>
  );
}

/** What is known of targets beside their own views. */
type Seen = { byId: Map<string, DeploymentView>; healed: Map<string, HealingRunView> };

type RowProps = {
  app: string;
  places: TargetView[];
  environments: string[];
  seen: Seen;
};

function Row({ app, places, environments, seen }: RowProps) {
  return (
    <tr>
      <th scope="row">
        {app} <small>{places[0]!.kind}</small>
      </th>
      {environments.map((environment) => {
        const target = places.find((one) => one.environment === environment);
        return <td key={environment}>{target && <Place target={target} seen={seen} />}</td>;
      })}
    </tr>
  );
}

function Place({ target, seen: { byId, healed } }: { target: TargetView; seen: Seen }) {
  const { app, environment, activeDeployment } = target;
  const run = healed.get(`${app}/${environment}`);
  const active = activeDeployment === null ? undefined : byId.get(activeDeployment);
  return (
    <article class={`place ${target.degraded ? "degraded" : ""}`} data-environment={environment}>
      <a class="release" href={linkTo({ page: "target", app, environment })}>
        <span class="sr">
          {app}/{environment}:{" "}
        </span>
        {target.release ?? "nothing runs"}
      </a>
      <HealthDots replicas={target.replicas} />
      <TrafficBar target={target} />
      {active && <Progress deployment={active} />}
      {activeDeployment && !active && (
        <a href={linkTo({ page: "deployment", id: activeDeployment })}>A deployment is under way</a>
      )}
      {target.queue.length > 0 && <small>{target.queue.length} waiting</small>}
      {target.degraded && <p class="tag bad">✕ degraded: {target.degraded}</p>}
      {run && (
        <small class="healed" title={run.summary}>
          ✚ healed <When at={run.startedAt} />
        </small>
      )}
      {target.drift.length > 0 && <p class="tag">≠ drift: {target.drift[0]}</p>}
    </article>
  );
}

export function environmentsOf(targets: TargetView[]): string[] {
  const place = (name: string) => (USUAL.includes(name) ? USUAL.indexOf(name) : USUAL.length);
  const names = [...new Set(targets.map((one) => one.environment))];
  return names.sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
