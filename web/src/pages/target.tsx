// One target: the way from its endpoint to its replicas, what may be done, its releases, deployments, healing, settings.
import type { TargetView } from "../api.ts";
import { TargetActions } from "../doing/target-actions.tsx";
import { Calendar } from "../parts/calendar.tsx";
import { DeploymentTable } from "../parts/deployment-table.tsx";
import { HealingTable } from "../parts/healing-table.tsx";
import { TrafficBar } from "../parts/traffic-bar.tsx";
import { linkTo } from "../route.ts";
import { BadHosts } from "../target/bad-hosts.tsx";
import { ConfigTable } from "../target/config-table.tsx";
import { useHealthHistory } from "../target/health-history.ts";
import { withNow } from "../target/history.ts";
import { HistoryChart } from "../target/history-chart.tsx";
import { QueueList } from "../target/queue-list.tsx";
import { ReleaseTable } from "../target/release-table.tsx";
import { ReplicaTable } from "../target/replica-table.tsx";
import { ScalingFacts } from "../target/scaling.tsx";
import { ScheduleTable } from "../target/schedule-table.tsx";
import { type Surroundings, useTarget } from "../target/use-target.ts";
import { VolumeTable } from "../target/volume-table.tsx";
import { WayPicture } from "../target/way-picture.tsx";

export function TargetPage({ app, environment }: { app: string; environment: string }) {
  const { target, around } = useTarget(app, environment);
  const history = useHealthHistory(target);
  if (!target) return <p class="waiting">Looking…</p>;
  return (
    <>
      <Heading target={target} />
      {around?.place && <Calendar environments={[around.place]} />}
      <TargetActions target={target} place={around?.place} />
      <WayPicture target={target} />
      <h2>Replicas</h2>
      <ReplicaTable target={target} history={history} />
      {around && (
        <HistoryChart {...around} history={withNow(around.history, target)} scaling={target.scaling} />
      )}
      {around && <Around target={target} around={around} />}
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
      {around.badHosts.length > 0 && (
        <>
          <h2>Hosts marked bad</h2>
          <BadHosts environment={target.environment} rows={around.badHosts} />
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
