// Function URLs: their settings, the listener that each keeps open, and a second one where a domain would stand before it.
// The address of a URL is the same after a restart.
import type { Platform } from "../platform.ts";
import { AwsError } from "../platform.ts";
import { conflict, invalid, notFound, nothingThere, notImplemented } from "./faults.ts";
import type { Invoker } from "./invoke.ts";
import { parseFunctionName, qualifiedArn } from "./names.ts";
import { type FunctionRecord, LATEST, type UrlRecord } from "./records.ts";
import type { FunctionStore } from "./store.ts";
import type { UrlMetrics } from "./url-metrics.ts";
import { type Listener, listen } from "./url-server.ts";

const urlPort = 9000;

type Place = { host: string; port: number };
export type Urls = ReturnType<typeof createUrls>;

export function createUrls(platform: Platform, parts: { invoker: Invoker; metrics: UrlMetrics }) {
  const listeners = new Map<string, Listener>();
  const nameOf = (record: FunctionRecord, key: string) => `${record.name}:${key}`;
  const placeOf = (record: FunctionRecord, key: string): Place => ({
    host: platform.addressFor(`url/${nameOf(record, key)}`),
    port: urlPort,
  });
  const listenAt = async (name: string, record: FunctionRecord, key: string, at: Place) => {
    try {
      listeners.set(name, await listen(record, key, at, parts));
    } catch (cause) {
      const problem = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
      const message = `The URL of ${record.name} cannot listen on ${at.host}:${at.port}: ${problem}`;
      throw new AwsError("ServiceException", message);
    }
  };
  return {
    urlOf(record: FunctionRecord, key: string): string {
      const { host, port } = placeOf(record, key);
      return `http://${host}:${port}/`;
    },
    open: (record: FunctionRecord, key: string) =>
      listenAt(nameOf(record, key), record, key, placeOf(record, key)),
    /** Answers for the URL of the function's latest code at a place of the caller's choice too, until everything closes. */
    alsoAt: (record: FunctionRecord, at: Place) =>
      listenAt(`${record.name} at ${at.host}:${at.port}`, record, LATEST, at),
    async close(record: FunctionRecord, key: string): Promise<void> {
      const listener = listeners.get(nameOf(record, key));
      listeners.delete(nameOf(record, key));
      await listener?.close();
    },
    async closeAll(): Promise<void> {
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
      listeners.clear();
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function urlHandlers(platform: Platform, store: FunctionStore, urls: Urls) {
  const now = () => new Date(platform.now()).toISOString();
  const answer = (record: FunctionRecord, key: string, url: UrlRecord) => ({
    FunctionUrl: urls.urlOf(record, key),
    FunctionArn: qualifiedArn(record.arn, key === LATEST ? undefined : key),
    AuthType: url.authType,
    ...(url.cors ? { Cors: url.cors } : {}),
    CreationTime: url.createdAt,
    LastModifiedTime: url.modifiedAt,
    InvokeMode: url.invokeMode,
  });
  return {
    async CreateFunctionUrlConfig(input: Input) {
      const { record, key } = locate(store, input);
      if (record.urls[key])
        throw conflict(
          `Failed to create function url config for [functionArn = ${qualifiedArn(record.arn, input.Qualifier)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
        );
      const settings = check(input);
      const url: UrlRecord = { invokeMode: "BUFFERED", ...settings, createdAt: now(), modifiedAt: now() };
      await urls.open(record, key);
      record.urls[key] = url;
      store.save(record);
      return answer(record, key, url);
    },
    GetFunctionUrlConfig(input: Input) {
      const { record, key, url } = existing(store, input);
      return answer(record, key, url);
    },
    UpdateFunctionUrlConfig(input: Input) {
      const { record, key, url } = existing(store, input);
      const next = {
        ...url,
        ...check({ ...input, AuthType: input.AuthType ?? url.authType }),
        modifiedAt: now(),
      };
      record.urls[key] = next;
      store.save(record);
      return answer(record, key, next);
    },
    async DeleteFunctionUrlConfig(input: Input) {
      const { record, key } = existing(store, input);
      await urls.close(record, key);
      delete record.urls[key];
      store.save(record);
      return {};
    },
    ListFunctionUrlConfigs(input: Input) {
      const { name } = parseFunctionName(input.FunctionName);
      const record = store.get(name);
      return {
        FunctionUrlConfigs: Object.entries(record.urls).map(([key, url]) => answer(record, key, url)),
      };
    },
  };
}

function locate(store: FunctionStore, input: Input) {
  const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
  const record = store.get(name);
  if (qualifier && !record.aliases[qualifier]) throw notFound(`${record.arn}:${qualifier}`);
  return { record, key: qualifier ?? LATEST };
}

function existing(store: FunctionStore, input: Input) {
  const { record, key } = locate(store, input);
  const url = record.urls[key];
  if (!url) throw nothingThere();
  return { record, key, url };
}

function check(input: Input): Pick<UrlRecord, "authType"> & Partial<UrlRecord> {
  if (input.AuthType !== "NONE" && input.AuthType !== "AWS_IAM")
    throw invalid(`Value '${input.AuthType}' at 'authType' must be NONE or AWS_IAM`);
  if (input.InvokeMode === "RESPONSE_STREAM") throw notImplemented("InvokeMode RESPONSE_STREAM");
  if (input.Cors && Object.keys(input.Cors).length > 0) throw notImplemented("Cors of a function URL");
  return { authType: input.AuthType };
}
