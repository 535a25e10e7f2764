// The hall: every target by environment, and what was played last.
import { signal } from "@preact/signals";
import { api, type DeploymentView, type TargetSummary } from "../api.ts";
import { useLive } from "../connection.ts";
import { HealthDots } from "../parts/health-dots.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { linkTo } from "../route.ts";
import { dateTime } from "../time.ts";
import "./deployment-table.css";
import { Table } from "../parts/table.tsx";

const REFRESH_MILLISECONDS = 2_000;
const LAST_DEPLOYMENTS = 15;

const targets = signal<TargetSummary[] | null>(null);
const deployments = signal<DeploymentView[]>([]);

export function Hall() {
  useLive("hall", async (stop) => {
    [targets.value, deployments.value] = await Promise.all([
      api().targets(stop),
      api().deployments(LAST_DEPLOYMENTS, stop),
    ]);
    return REFRESH_MILLISECONDS;
  });
  if (targets.value === null) return <p class="waiting">Looking around…</p>;
  if (targets.value.length === 0 && deployments.value.length === 0) return <Empty />;
  return (
    <>
      <h1>Targets</h1>
      {environmentsOf(targets.value).map((environment) => (
        <section key={environment} aria-label={environment}>
          <h2>{environment}</h2>
          <div class="cards">
            {targets.value
              ?.filter((one) => one.environment === environment)
              .map((one) => (
                <TargetCard key={one.app} target={one} />
              ))}
          </div>
        </section>
      ))}
      <h2>Deployments</h2>
      <DeploymentTable rows={deployments.value} />
    </>
  );
}

function TargetCard({ target }: { target: TargetSummary }) {
  const { app, environment } = target;
  return (
    <article class="card">
      <h3>
        <a href={linkTo({ page: "target", app, environment })}>{app}</a> <small>{target.kind}</small>
      </h3>
      <p class="release">{target.release ?? "nothing runs"}</p>
      <HealthDots replicas={target.replicas} />
      {target.degraded && <p class="alarm">Degraded: {String(target.degraded)}</p>}
      {target.activeDeployment && (
        <p>
          <a href={linkTo({ page: "deployment", id: target.activeDeployment })}>A deployment is under way</a>
          {target.queue.length > 0 && `, ${target.queue.length} waiting`}
        </p>
      )}
    </article>
  );
}

export function DeploymentTable({ rows }: { rows: DeploymentView[] }) {
  if (rows.length === 0) return <p class="waiting">None yet.</p>;
  return (
    <Table columns={["Target", "Release", "Status", "Began", "Why"]} name="deployments">
      {rows.map((one) => (
        <tr key={one.id}>
          <td>
            <a href={linkTo({ page: "deployment", id: one.id })}>
              {one.app}/{one.environment}
            </a>
          </td>
          <td>
            {one.previousVersion && `${one.previousVersion} → `}
            {one.version}
          </td>
          <td>
            <StatusBadge status={one.status} />
          </td>
          <td>
            <time dateTime={one.createdAt}>{dateTime(one.createdAt)}</time>
          </td>
          <td class="why">{one.reason}</td>
        </tr>
      ))}
    </Table>
  );
}

function Empty() {
  return (
    <section class="empty">
      <h1>Nothing is playing yet</h1>
      <p>Send a first release from the command line:</p>
      <pre>
        {
          "npx tutti apply -f examples/server/tutti.yaml\nnpx tutti release examples/server/v1 --app sample-app --version v1\nnpx tutti deploy sample-app dev --version v1 --watch"
        }
      </pre>
    </section>
  );
}

function environmentsOf(all: TargetSummary[]): string[] {
  return [...new Set(all.map((one) => one.environment))].sort();
}
