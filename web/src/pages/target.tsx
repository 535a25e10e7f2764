// One target: the way from its endpoint to its replicas, what may be done, its releases, deployments, healing, settings.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
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
import { TargetActions } from "../doing/target-actions.tsx";
import { useNews } from "../news.ts";
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
import { ScalingFacts } from "../target/scaling.tsx";
import { ScheduleTable } from "../target/schedule-table.tsx";
import { VolumeTable } from "../target/volume-table.tsx";
import { WayPicture } from "../target/way-picture.tsx";

/** Copies fall ill without anybody's saying so: after so long without a change they are looked at all the same. */
const LOOKED_AT_EVERY_SECONDS = 5;
/** The rest changes with a deployment, and seldom otherwise. */
const LOOK_AROUND_MILLISECONDS = 20_000;

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
  const aroundAt = useRef(Number.NEGATIVE_INFINITY);
  const look = async (stop: AbortSignal): Promise<undefined> => {
    const before = target.value?.activeDeployment;
    const now = await api().target(app, environment, stop);
    target.value = now;
    const isDue = performance.now() - aroundAt.current > LOOK_AROUND_MILLISECONDS;
    if (!isDue && before === now.activeDeployment) return;
    around.value = await lookAround(app, environment, stop);
    aroundAt.current = performance.now();
  };
  useNews(`${app}/${environment}`, ["deployments", "targets", "healing"], look, LOOKED_AT_EVERY_SECONDS);
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
      {around.value && <HistoryChart {...around.value} scaling={target.value.scaling} />}
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
      {target.scaling && (
        <>
          <h2>Scaling</h2>
          <ScalingFacts scaling={target.scaling} kind={target.kind} />
        </>
      )}
      {target.volumes && target.volumes.length > 0 && (
        <>
          <h2>Volumes</h2>
          <VolumeTable rows={target.volumes} />
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
