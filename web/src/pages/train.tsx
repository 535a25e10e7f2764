// One train while it goes, or goes back: its stops drawn, and what may be done about it.
import { useSignal } from "@preact/signals";
import { api, type DeploymentView, type TrainView } from "../api.ts";
import { TrainActions } from "../doing/train-actions.tsx";
import { useNews } from "../news.ts";
import { Fact } from "../parts/fact.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { When } from "../parts/when.tsx";
import { serverNow } from "../server-clock.ts";
import { duration } from "../time.ts";
import { TrainPicture } from "../train/train-picture.tsx";
import { targetsIn } from "./trains.tsx";
import "./deployment.css";

export function TrainPage({ id }: { id: string }) {
  const train = useSignal<TrainView | null>(null);
  const deployments = useSignal<ReadonlyMap<string, DeploymentView>>(new Map());
  useNews(id, ["trains", "deployments"], async (stop) => {
    const fresh = await api().trains.get(id, {}, { signal: stop });
    if (fresh.endedAt === null) {
      const recent = await api().recentDeployments({ limit: 50 }, stop);
      deployments.value = new Map(recent.map((one) => [one.id, one]));
    }
    train.value = fresh;
    return fresh.endedAt === null ? undefined : "is over";
  });
  if (!train.value) return <p class="waiting">Looking for the train…</p>;
  return (
    <>
      <Heading train={train.value} />
      <TrainActions train={train.value} />
      <TrainPicture train={train.value} deployments={deployments.value} />
    </>
  );
}

function Heading({ train }: { train: TrainView }) {
  const { status, reason, progress, createdAt, endedAt, createdBy } = train;
  const until = endedAt ? Date.parse(endedAt) : serverNow();
  return (
    <>
      <p class="crumbs">
        <a href="#/trains">Trains</a>
      </p>
      <h1>
        {train.name ?? targetsIn(train)} <StatusBadge status={status} />
      </h1>
      {reason && <p class={`reason note-box ${status}`}>{reason}</p>}
      <dl class="facts-list">
        <Fact name="Deployments">
          {progress.done} of {progress.total}
        </Fact>
        <Fact name={endedAt ? "Took" : "For"}>{duration(until - Date.parse(createdAt))}</Fact>
        <Fact name="Began">
          <When at={createdAt} as="date" />
        </Fact>
        <Fact name="By">{createdBy}</Fact>
      </dl>
    </>
  );
}
