// Keeps one target and what belongs to it fresh, by one request that is open: the API answers it as soon as the target is
// otherwise. What belongs to it is asked for behind a change, and once a minute in case word of one was lost.
import { type Signal, useSignal } from "@preact/signals";
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
import { useLive } from "../connection.ts";
import type { BadHostView } from "./bad-hosts.tsx";

export type Surroundings = {
  deployments: DeploymentView[];
  releases: ReleaseView[];
  healing: HealingRunView[];
  app: AppView;
  history: HistoryView;
  /** Its environment's settings; `undefined` where the token does not see them. */
  place: EnvironmentView | undefined;
  /** Of servers. */
  badHosts: BadHostView[];
};

/** When what belongs to the target was last looked at, and how the target was then. */
type LookedAround = { at: number; target: TargetView | null };

const LONGEST_WAIT_SECONDS = 20;
/** During a rollout something changes every second. */
const AROUND_AT_MOST_EVERY_MS = 10_000;
const AROUND_AT_LEAST_EVERY_MS = 60_000;
const GATHERING_MS = 250;

export function useTarget(app: string, environment: string) {
  const target = useSignal<TargetView | null>(null);
  const around = useSignal<Surroundings | null>(null);
  const last = useRef<LookedAround>({ at: Number.NEGATIVE_INFINITY, target: null });
  useLive(`${app}/${environment}`, async (stop) => {
    const waiting = waitFrom(target, last.current);
    target.value = await api().target(app, environment, waiting, stop);
    const now = target.value;
    if (untilAroundMs(now, last.current) > 0) return GATHERING_MS;
    around.value = await lookAround(now, stop);
    last.current = { at: performance.now(), target: now };
    return GATHERING_MS;
  });
  return { target: target.value, around: around.value };
}

/** The first time at once; else no longer than until it is time to look around. */
function waitFrom({ value: known }: Signal<TargetView | null>, last: LookedAround) {
  if (!known?.mark) return {};
  const seconds = Math.ceil(untilAroundMs(known, last) / 1000);
  return { after: known.mark, waitSeconds: Math.max(0, Math.min(LONGEST_WAIT_SECONDS, seconds)) };
}

function untilAroundMs(now: TargetView, { at, target: before }: LookedAround): number {
  if (now.activeDeployment !== before?.activeDeployment) return 0;
  const pause = now.mark === before?.mark ? AROUND_AT_LEAST_EVERY_MS : AROUND_AT_MOST_EVERY_MS;
  return at + pause - performance.now();
}

async function lookAround(
  { app, environment, kind }: TargetView,
  signal: AbortSignal,
): Promise<Surroundings> {
  const query = { app, environment, limit: 20 };
  const deployments = await api().recentDeployments(query, signal);
  const releases = await api().call("GET /v1/apps/{app}/releases", { params: { app } }, { signal });
  const healing = await api().call("GET /v1/healing-runs", { query }, { signal });
  const manifest = await api().call("GET /v1/apps/{app}", { params: { app } }, { signal });
  const params = { app, env: environment };
  const history = await api().call("GET /v1/targets/{app}/{env}/history", { params }, { signal });
  const places = await api().call("GET /v1/environments", { query: { limit: 200 } }, { signal });
  const place = places.items.find((one) => one.name === environment);
  const badHosts = kind === "server" ? await badHostsOf(environment, signal) : [];
  const known = { deployments, releases: releases.items, healing: healing.items, history };
  return { ...known, app: manifest, place, badHosts };
}

async function badHostsOf(env: string, signal: AbortSignal): Promise<BadHostView[]> {
  const asked = { params: { env }, query: { limit: 200 } };
  const { items } = await api().call("GET /v1/environments/{env}/bad-hosts", asked, { signal });
  return items;
}
