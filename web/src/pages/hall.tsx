// The hall: every app a row, every environment a column, and in each place what runs there and what is being played now.

import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { closedAt } from "#core/freeze/freeze.ts";
import {
  api,
  type DeploymentView,
  type EnvironmentView,
  type HealingRunView,
  type InsightsView,
  type TargetView,
} from "../api.ts";
import { InsightsTable } from "../insights/insights-table.tsx";
import { useNews } from "../news.ts";
import { Calendar } from "../parts/calendar.tsx";
import { DeploymentTable } from "../parts/deployment-table.tsx";
import { FilterBox } from "../parts/filter-box.tsx";
import { serverNow } from "../server-clock.ts";
import { HallMatrix } from "./hall-matrix.tsx";
import { summaryOf } from "./hall-summary.ts";
import "./hall.css";

const LAST_DEPLOYMENTS = 12;
/** Charts of days, and calendars, change seldom. */
const INSIGHTS_MILLISECONDS = 60_000;
const EVERY_PLACE = { query: { limit: 200 } };

/** One of the repository's examples. */
const FIRST_RELEASE = [
  `export TUTTI_URL=${location.origin} TUTTI_TOKEN=…`,
  "npx tutti apply -f examples/server/tutti.yaml",
  "npx tutti release examples/server/v1 --app sample-app --version v1",
  "npx tutti deploy sample-app dev --version v1 --watch",
];

export function Hall() {
  const targets = useSignal<TargetView[] | null>(null);
  const deployments = useSignal<DeploymentView[]>([]);
  const insights = useSignal<InsightsView[] | null>(null);
  const environments = useSignal<EnvironmentView[]>([]);
  const healing = useSignal<HealingRunView[]>([]);
  const filter = useSignal("");
  const insightsAt = useRef(Number.NEGATIVE_INFINITY);
  useNews("hall", ["deployments", "targets", "healing"], async (stop) => {
    // One request after the other: one is open per page.
    const last = await api().recentDeployments({ limit: 50 }, stop);
    targets.value = await api().allTargets(stop);
    deployments.value = last;
    healing.value = (await api().call("GET /v1/healing-runs", { query: {} }, { signal: stop })).items;
    if (performance.now() - insightsAt.current > INSIGHTS_MILLISECONDS) {
      environments.value = (await api().call("GET /v1/environments", EVERY_PLACE, { signal: stop })).items;
      insights.value = await api().insights(stop);
      insightsAt.current = performance.now();
    }
  });
  if (targets.value === null) return <p class="waiting">Looking around…</p>;
  if (targets.value.length === 0 && deployments.value.length === 0) return <Empty />;
  const wanted = filter.value.trim().toLowerCase();
  const shown = targets.value.filter((one) => wordsOf(one).includes(wanted));
  const summary = summaryOf(targets.value);
  return (
    <>
      <div class="tools hall-head">
        <h1>The hall</h1>
        <p class="facts push" role="status">
          {summary}
        </p>
        <FilterBox text={filter} of="targets" />
      </div>
      <Calendar environments={environments.value} />
      <HallMatrix
        targets={shown}
        deployments={deployments.value}
        healing={healing.value}
        closed={closedPlaces(environments.value)}
      />
      {shown.length === 0 && <p class="waiting">No target matches “{filter.value}”.</p>}
      <h2>How it goes</h2>
      {insights.value ? <InsightsTable items={insights.value} /> : <p class="waiting">Counting…</p>}
      <h2>Played last</h2>
      <DeploymentTable rows={deployments.value.slice(0, LAST_DEPLOYMENTS)} of="Deployments" />
    </>
  );
}

function closedPlaces(environments: EnvironmentView[]): Set<string> {
  const closed = environments.filter((one) => closedAt(one, serverNow()) !== null);
  return new Set(closed.map((one) => one.name));
}

function wordsOf(one: TargetView): string {
  const state = [
    one.activeDeployment && "running",
    one.degraded && "degraded",
    one.drift.length > 0 && "drift",
    one.replicas.some((replica) => replica.health === "unhealthy") && "unhealthy",
  ].filter(Boolean);
  return `${one.app}/${one.environment} ${one.kind} ${one.release ?? ""} ${state.join(" ")}`.toLowerCase();
}

function Empty() {
  return (
    <section class="empty">
      <h1>Nothing is playing yet</h1>
      <p>Send a first release from the command line, with the token that you are signed in with:</p>
      <pre>{FIRST_RELEASE.join("\n")}</pre>
    </section>
  );
}
