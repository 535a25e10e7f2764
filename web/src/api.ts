// The operations that the pages use, over the typed client, as whoever is signed in.
import { createClient } from "#client/client.ts";
import type { Answer } from "#client/operations.ts";
import type { DeploymentView, EventView, TargetView } from "#client/views.ts";
import { noteServerDate } from "./server-clock.ts";
import { token } from "./session.ts";

export type {
  Action,
  AppView,
  AuditView,
  DeploymentView,
  EnvironmentView,
  EventView,
  HealingRunView,
  HistoryView,
  InsightsView,
  PlanView,
  ReleaseView,
  ReplicaView,
  TargetView,
  TokenView,
  TrainPlanView,
  TrainView,
} from "#client/views.ts";
export type Me = Answer<"GET /v1/me">;

const EVENT_PAGE = 200;
const LIST_PAGE = 200;
/** So many pages of a list at most: 2,000 targets. */
const MOST_PAGES = 10;

const fetchDated: typeof fetch = async (...request) => {
  const answer = await fetch(...request);
  noteServerDate(answer.headers.get("date"));
  return answer;
};

/** One attempt each: the page itself asks again, and says since when nobody answers. */
export function api() {
  const client = createClient({
    url: "",
    token: token.value ?? undefined,
    client: "console",
    attempts: 1,
    fetch: fetchDated,
  });
  return {
    ...client,
    /** Page after page, one request at a time. */
    allTargets: async (signal: AbortSignal): Promise<TargetView[]> => {
      const all: TargetView[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page++) {
        const query = { limit: LIST_PAGE, ...(cursor ? { cursor } : {}) };
        const answer = await client.call("GET /v1/targets", { query }, { signal });
        all.push(...answer.items);
        if (!answer.cursor) break;
        cursor = answer.cursor;
      }
      return all;
    },
    target: (
      app: string,
      env: string,
      query: { after?: string; waitSeconds?: number },
      signal: AbortSignal,
    ) => client.call("GET /v1/targets/{app}/{env}", { params: { app, env }, query }, { signal }),
    recentDeployments: async (
      query: { app?: string; environment?: string; status?: string; limit?: number },
      signal: AbortSignal,
    ): Promise<DeploymentView[]> => (await client.call("GET /v1/deployments", { query }, { signal })).items,
    insights: async (signal: AbortSignal) =>
      (await client.call("GET /v1/insights", { query: {} }, { signal })).items,
    eventsAfter: async (id: string, after: number, signal: AbortSignal): Promise<EventView[]> => {
      const all: EventView[] = [];
      for (;;) {
        const query = { after: all.at(-1)?.seq ?? after, limit: EVENT_PAGE };
        const { items } = await client.deployments.events(id, query, { signal });
        all.push(...items);
        if (items.length < EVENT_PAGE) return all;
      }
    },
  };
}
