// The few operations that the pages use, over the typed client, as whoever is signed in.
import { type Client, createClient } from "#client/client.ts";
import type { Action, DeploymentView, EventView, TargetView } from "#client/views.ts";
import { token } from "./session.ts";

export type { DeploymentView, EventView, TargetView } from "#client/views.ts";
export type TargetSummary = TargetView;

const EVENT_PAGE = 200;

export function api() {
  const client = createClient({ url: "", token: token.value ?? undefined, client: "console", attempts: 1 });
  return {
    targets: async (signal: AbortSignal) =>
      (await client.call("GET /v1/targets", { query: { limit: 200 } }, { signal })).items,
    target: (app: string, env: string, signal: AbortSignal) =>
      client.call("GET /v1/targets/{app}/{env}", { params: { app, env } }, { signal }),
    deployments: (limit: number, signal: AbortSignal) => list(client, { limit }, signal),
    deploymentsOf: (app: string, environment: string, signal: AbortSignal) =>
      list(client, { app, environment, limit: 20 }, signal),
    deployment: (
      id: string,
      query: { waitSeconds?: number; afterRevision?: number },
      signal: AbortSignal,
    ): Promise<DeploymentView> => client.deployments.get(id, query, { signal }),
    events: async (id: string, after: number, signal: AbortSignal): Promise<EventView[]> =>
      (await client.deployments.events(id, { after, limit: EVENT_PAGE }, { signal })).items,
    act: (id: string, action: Action): Promise<DeploymentView> => client.deployments.act(id, action),
    rollback: (app: string, environment: string, version: string): Promise<DeploymentView> =>
      client.deployments.rollback(app, { environment, version }),
  };
}

async function list(
  client: Client,
  query: Record<string, string | number>,
  signal: AbortSignal,
): Promise<DeploymentView[]> {
  return (await client.call("GET /v1/deployments", { query }, { signal })).items;
}
