// One deployment while it happens: the score, the steps, the events, and what may be done about it.
import { type Signal, useSignal } from "@preact/signals";
import { api, type DeploymentView, type EventView } from "../api.ts";
import { useLive } from "../connection.ts";
import { Actions } from "../doing/actions.tsx";
import { Fact } from "../parts/fact.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { When } from "../parts/when.tsx";
import { linkTo } from "../route.ts";
import { Replay } from "../score/replay.tsx";
import { type Pointed, Score } from "../score/score.tsx";
import { serverNow } from "../server-clock.ts";
import { duration } from "../time.ts";
import { EventLog } from "./event-log.tsx";
import { NowLine } from "./now-line.tsx";
import { StepList } from "./step-list.tsx";
import "./deployment.css";

const LONG_POLL_SECONDS = 15;
const ENDS = ["succeeded", "rolled_back", "failed", "cancelled"];

export function DeploymentPage({ id }: { id: string }) {
  const deployment = useSignal<DeploymentView | null>(null);
  const events = useSignal<EventView[]>([]);
  useLive(id, async (stop) => {
    const known = deployment.value;
    const query = known ? { waitSeconds: LONG_POLL_SECONDS, afterRevision: known.revision } : {};
    const fresh = await api().deployments.get(id, query, { signal: stop });
    if (fresh.revision !== known?.revision)
      events.value = [...events.value, ...(await api().eventsAfter(id, events.value.at(-1)?.seq ?? 0, stop))];
    deployment.value = fresh;
    return ENDS.includes(fresh.status) ? null : 50;
  });
  if (!deployment.value) return <p class="waiting">Opening the score…</p>;
  return <Opened deployment={deployment.value} events={events.value} />;
}

function Opened({ deployment, events }: { deployment: DeploymentView; events: EventView[] }) {
  const pointed = useSignal<Pointed>({ replica: null, step: null, event: null });
  const cursor = useSignal<number | null>(null);
  return (
    <>
      <Heading deployment={deployment} />
      <NowLine deployment={deployment} />
      <Actions deployment={deployment} />
      <Score deployment={deployment} events={events} pointed={pointed} cursor={cursor} />
      {deployment.endedAt && <Replay deployment={deployment} cursor={cursor} />}
      <div class="columns">
        <StepList deployment={deployment} pointed={pointed} />
        <EventLog events={events} pointed={pointed} cursor={cursor} />
      </div>
      <Failures deployment={deployment} pointed={pointed} />
    </>
  );
}

function Heading({ deployment }: { deployment: DeploymentView }) {
  const { app, environment, previousVersion, version, status, reason } = deployment;
  return (
    <>
      <p class="crumbs">
        <a href={linkTo({ page: "target", app, environment })}>
          {app}/{environment}
        </a>{" "}
        · {deployment.kind}
      </p>
      <h1>
        {previousVersion && <span class="old-version">{previousVersion} → </span>}
        {version} <StatusBadge status={status} />
      </h1>
      {reason && <p class={`reason note-box ${status}`}>{reason}</p>}
      <Facts deployment={deployment} />
    </>
  );
}

function Facts({ deployment }: { deployment: DeploymentView }) {
  const { progress, health, startedAt, endedAt, cost, train, override } = deployment;
  return (
    <dl class="facts-list">
      <Fact name="Steps">
        {progress.done} of {progress.total}
      </Fact>
      <Fact name="Healthy">
        {health.healthy} of {health.desired}
      </Fact>
      <Fact name={endedAt ? "Took" : "For"}>{startedAt ? lasted(startedAt, endedAt) : "not begun"}</Fact>
      <Fact name="Began">
        <When at={deployment.createdAt} as="date" />
      </Fact>
      <Fact name="By">
        {deployment.createdBy}, through{" "}
        {train ? <a href={linkTo({ page: "train", id: train })}>a train</a> : deployment.trigger}
      </Fact>
      {override && <Fact name={`Let through by ${override.by}`}>{override.reason}</Fact>}
      <Fact name="Cost">${cost.dollars.toFixed(5)}</Fact>
    </dl>
  );
}

function Failures({ deployment, pointed }: { deployment: DeploymentView; pointed: Signal<Pointed> }) {
  if (deployment.failures.length === 0) return null;
  return (
    <section>
      <h2>Failures</h2>
      <ul class="failures">
        {deployment.failures.map((failure) => (
          <li key={failure.replica + failure.at}>
            <button
              type="button"
              class="plain"
              onClick={() => {
                pointed.value = { ...pointed.value, replica: failure.replica };
              }}
            >
              ✕ {failure.replica}
            </button>{" "}
            {failure.reason} {failure.drained && <small>It gets no traffic.</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function lasted(startedAt: string, endedAt: string | null): string {
  return duration((endedAt ? Date.parse(endedAt) : serverNow()) - Date.parse(startedAt));
}
