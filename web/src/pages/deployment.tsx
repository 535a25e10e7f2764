// One deployment while it happens: the score, the steps, the events, and what may be done about it.
import { signal, useSignal } from "@preact/signals";
import { api, type DeploymentView, type EventView } from "../api.ts";
import { useLive } from "../connection.ts";
import { Actions } from "../parts/actions.tsx";
import { Score } from "../parts/score.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { linkTo } from "../route.ts";
import { clockTime, dateTime, duration } from "../time.ts";

const LONG_POLL_SECONDS = 15;
const ENDS = ["succeeded", "rolled_back", "failed", "cancelled"];

export const selectedReplica = signal<string | null>(null);

export function DeploymentPage({ id }: { id: string }) {
  const deployment = useSignal<DeploymentView | null>(null);
  const events = useSignal<EventView[]>([]);
  useLive(id, async (stop) => {
    const known = deployment.value;
    const fresh = await api().deployment(
      id,
      known ? { waitSeconds: LONG_POLL_SECONDS, afterRevision: known.revision } : {},
      stop,
    );
    if (fresh.revision !== known?.revision)
      events.value = [...events.value, ...(await api().events(id, events.value.at(-1)?.seq ?? 0, stop))];
    deployment.value = fresh;
    return ENDS.includes(fresh.status) ? null : 50;
  });
  if (!deployment.value) return <p class="waiting">Opening the score…</p>;
  return <Opened deployment={deployment.value} events={events.value} />;
}

function Opened({ deployment, events }: { deployment: DeploymentView; events: EventView[] }) {
  const { app, environment } = deployment;
  return (
    <>
      <p class="crumbs">
        <a href={linkTo({ page: "target", app, environment })}>
          {app}/{environment}
        </a>
      </p>
      <h1>
        {deployment.previousVersion && <span class="old">{deployment.previousVersion} → </span>}
        {deployment.version} <StatusBadge status={deployment.status} />
      </h1>
      {deployment.reason && <p class={`reason ${deployment.status}`}>{deployment.reason}</p>}
      <p class="facts">
        {deployment.progress.done} of {deployment.progress.total} steps · {deployment.health.healthy} of{" "}
        {deployment.health.desired} healthy · by {deployment.createdBy} ·{" "}
        <time dateTime={deployment.createdAt} title={deployment.createdAt}>
          {dateTime(deployment.createdAt)}
        </time>
        {deployment.startedAt &&
          ` · ${duration(Date.parse(deployment.endedAt ?? new Date().toISOString()) - Date.parse(deployment.startedAt))}`}
      </p>
      <Actions deployment={deployment} />
      <Score deployment={deployment} />
      <div class="columns">
        <Steps deployment={deployment} />
        <Events events={events} />
      </div>
    </>
  );
}

function Steps({ deployment }: { deployment: DeploymentView }) {
  return (
    <section aria-label="Steps">
      <h2>Steps</h2>
      <ol class="steps">
        {deployment.steps.map((step) => (
          <li key={step.index} class={step.status}>
            <span>{step.label}</span>{" "}
            <small>{step.rollback ? `way back, ${step.status}` : step.status}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Events({ events }: { events: EventView[] }) {
  return (
    <section aria-label="Events">
      <h2>Events</h2>
      <ol class="events">
        {events.toReversed().map((event) => (
          <li
            key={event.seq}
            class={`${event.type} ${event.replica && event.replica === selectedReplica.value ? "chosen" : ""}`}
          >
            <time dateTime={event.at} title={event.at}>
              {clockTime(event.at)}
            </time>{" "}
            {event.message}
            {event.actor && <small> ({event.actor})</small>}
          </li>
        ))}
      </ol>
    </section>
  );
}
