// One target: the way from its endpoint to its replicas, what may be done, its releases, deployments, healing, settings.
import { useSignal } from "@preact/signals";
import {
  type AppView,
  api,
  type DeploymentView,
  type EnvironmentView,
  type HealingRunView,
  type HistoryView,
  type ReleaseView,
  type TargetView,
} from "../api.ts";
import { useLive } from "../connection.ts";
import { TargetActions } from "../doing/target-actions.tsx";
import { Calendar } from "../parts/calendar.tsx";
import { DeploymentTable } from "../parts/deployment-table.tsx";
import { HealingTable } from "../parts/healing-table.tsx";
import { TrafficBar } from "../parts/traffic-bar.tsx";
import { linkTo } from "../route.ts";
import { ConfigTable } from "../target/config-table.tsx";
import { useHealthHistory } from "../target/health-history.ts";
import { HistoryChart } from "../target/history-chart.tsx";
import { QueueList } from "../target/queue-list.tsx";
import { ReleaseTable } from "../target/release-table.tsx";
import { ReplicaTable } from "../target/replica-table.tsx";
import { ScheduleTable } from "../target/schedule-table.tsx";
import { WayPicture } from "../target/way-picture.tsx";

/** While a deployment is under way its next change is waited for, so long at most: copies may come up between two. */
const LONGEST_WAIT_SECONDS = 4;
const PAUSE_AFTER_A_CHANGE_MILLISECONDS = 200;
const REFRESH_QUIET_MILLISECONDS = 4_000;
/** The rest changes with a deployment, and seldom otherwise. */
const ROUNDS_PER_LOOK_AROUND = 5;

type Surroundings = {
  deployments: DeploymentView[];
  releases: ReleaseView[];
  healing: HealingRunView[];
  app: AppView;
  history: HistoryView;
  /** Its environment's settings; `undefined` where the token does not see them. */
  place: EnvironmentView | undefined;
};

export function TargetPage({ app, environment }: { app: string; environment: string }) {
  const target = useSignal<TargetView | null>(null);
  const around = useSignal<Surroundings | null>(null);
  const rounds = useSignal(0);
  const known = useSignal({ id: "", revision: 0 });
  useLive(`${app}/${environment}`, async (stop) => {
    const before = target.value?.activeDeployment;
    if (before) {
      const afterRevision = known.value.id === before ? known.value.revision : 0;
      known.value = { id: before, revision: await changeOf(before, afterRevision, stop) };
    }
    const now = await api().target(app, environment, stop);
    target.value = now;
    const due = rounds.value++ % ROUNDS_PER_LOOK_AROUND === 0 || before !== now.activeDeployment;
    if (due) around.value = await lookAround(app, environment, stop);
    return now.activeDeployment ? PAUSE_AFTER_A_CHANGE_MILLISECONDS : REFRESH_QUIET_MILLISECONDS;
  });
  const history = useHealthHistory(target.value);
  if (!target.value) return <p class="waiting">Looking…</p>;
  return (
    <>
      <Heading target={target.value} />
      {around.value?.place && <Calendar environments={[around.value.place]} />}
      <TargetActions target={target.value} place={around.value?.place} />
      <WayPicture target={target.value} />
      <h2>Replicas</h2>
      <ReplicaTable target={target.value} history={history} />
      {around.value && <HistoryChart {...around.value} />}
      {around.value && <Around target={target.value} around={around.value} />}
    </>
  );
}

function Heading({ target }: { target: TargetView }) {
  const { app, environment, activeDeployment } = target;
  return (
    <>
      <h1>
        {app}/{environment} <small>{target.kind}</small>
      </h1>
      <p class="facts">
        {target.release ? `runs ${target.release}` : "nothing runs"} · {target.replicas.length} of{" "}
        {target.desired} replicas
        {activeDeployment && (
          <>
            {" · "}
            <a href={linkTo({ page: "deployment", id: activeDeployment })}>A deployment is under way</a>
          </>
        )}
        {target.queue.length > 0 && ` · ${target.queue.length} waiting`}
      </p>
      <TrafficBar target={target} />
      {target.degraded && <p class="alarm">✕ Degraded: {target.degraded}</p>}
      {target.drift.length > 0 && <p class="alarm">≠ Drift: {target.drift.join("; ")}</p>}
    </>
  );
}

function Around({ target, around }: { target: TargetView; around: Surroundings }) {
  const schedules = (around.app.schedules ?? []).filter((one) => one.environment === target.environment);
  return (
    <>
      {target.queue.length > 0 && (
        <>
          <h2>Waiting</h2>
          <QueueList queue={target.queue} deployments={around.deployments} />
        </>
      )}
      {schedules.length > 0 && (
        <>
          <h2>Schedules</h2>
          <ScheduleTable rows={schedules} />
        </>
      )}
      <h2>Releases</h2>
      <ReleaseTable target={target} releases={around.releases} />
      <h2>Deployments</h2>
      <DeploymentTable rows={around.deployments} of="Deployments" />
      <h2>Healing</h2>
      <HealingTable rows={around.healing} />
      <h2>Configuration</h2>
      <ConfigTable app={around.app} environment={target.environment} />
    </>
  );
}

/** Its revision after the next change of it. */
async function changeOf(id: string, afterRevision: number, signal: AbortSignal): Promise<number> {
  const query = { waitSeconds: LONGEST_WAIT_SECONDS, afterRevision };
  return (await api().deployments.get(id, query, { signal })).revision;
}

async function lookAround(app: string, environment: string, signal: AbortSignal): Promise<Surroundings> {
  const query = { app, environment, limit: 20 };
  const deployments = await api().recentDeployments(query, signal);
  const releases = await api().call("GET /v1/apps/{app}/releases", { params: { app } }, { signal });
  const healing = await api().call("GET /v1/healing-runs", { query }, { signal });
  const manifest = await api().call("GET /v1/apps/{app}", { params: { app } }, { signal });
  const params = { app, env: environment };
  const history = await api().call("GET /v1/targets/{app}/{env}/history", { params }, { signal });
  const places = await api().call("GET /v1/environments", { query: { limit: 200 } }, { signal });
  const place = places.items.find((one) => one.name === environment);
  return { deployments, releases: releases.items, healing: healing.items, app: manifest, history, place };
}
