// The client: one typed `call` for every operation, and the everyday ones by name. It holds no state but its options.
import type { Answer, Input, OperationKey } from "./operations.ts";
import { resources } from "./resources.ts";
import { send, type TransportOptions } from "./transport.ts";
import { type WatchOptions, watchDeployment } from "./watch-deployment.ts";
import { watchTrain } from "./watch-train.ts";

export type ClientOptions = TransportOptions;

export type CallOptions = { idempotencyKey?: string; signal?: AbortSignal; attempts?: number };

export type Caller = <K extends OperationKey>(
  key: K,
  input: Input<K>,
  options?: CallOptions,
) => Promise<Answer<K>>;

export type Client = ReturnType<typeof createClient>;

export function createClient(options: ClientOptions) {
  const call: Caller = async (key, input, more = {}) => {
    const { params, query, body } = input as Loose;
    const method = key.slice(0, key.indexOf(" "));
    const path = fill(key.slice(key.indexOf(" ") + 1), params ?? {});
    return (await send(options, { method, path, query, body, ...more })) as never;
  };
  return {
    call,
    ...resources(call),
    watchTrain: (id: string, watch?: WatchOptions) => watchTrain(call, id, watch),
    watchDeployment: (id: string, watch?: WatchOptions) => watchDeployment(call, id, watch),
  };
}

type Loose = {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
};

function fill(pattern: string, params: Record<string, string>): string {
  return pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}
