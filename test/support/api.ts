// The API in this process, on a real store and with the real engine behind it: what goes to drivers, executions and
// the bucket is remembered.
import { zipSync } from "fflate";
import { instant } from "#core/clock.ts";
import type { ImageBuild } from "#core/domain/image-build.ts";
import type { Kind } from "#core/domain/kind.ts";
import type { HealInput } from "#core/heal/messages.ts";
import { idSource } from "#core/ids.ts";
import type { DirectRequest, RolloutInput } from "#core/rollout/messages.ts";
import type { TrainInput } from "#core/train/messages.ts";
import { createApp } from "#functions/api/app.ts";
import type { ApiDeps } from "#functions/api/deps.ts";
import { issuerKeys } from "#functions/api/oidc/issuer-keys.ts";
import { sha256Hex } from "#functions/api/sha256.ts";
import { issuerDocuments } from "#functions/deps/issuer-documents.ts";
import { DEFAULT_RATE_LIMITS } from "#functions/deps/rate-limits.ts";
import type { KeptSchedule, NewSchedule } from "#functions/deps/schedules.ts";
import { newTraceId } from "#functions/deps/trace-ids.ts";
import { createStore, type Store } from "#store/store.ts";
import { assertTold } from "./assert-told.ts";
import { type FakeClock, fakeClock } from "./fake-clock.ts";
import { openTestTable, type TestTable } from "./table.ts";

export const REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
export const TOKEN = "a-token-for-tests";
/** Where targets may live, besides the installation's own. */
export const TARGET_ACCOUNT = "111111111111";

export type Asked = { kind: Kind; request: DirectRequest };

export type TestApi = {
  store: Store;
  /** The table itself, to look at what is really kept. */
  table: Pick<TestTable, "client" | "table">;
  clock: FakeClock;
  deps: ApiDeps;
  /** What went to drivers; `answers` says what they answer. */
  asked: Asked[];
  answers: Partial<Record<DirectRequest["verb"], unknown>>;
  /** Executions that were started. */
  started: { name: string; input: RolloutInput }[];
  trainsStarted: { name: string; input: TrainInput }[];
  healingsStarted: { name: string; input: HealInput }[];
  /** Events that went to functions of triggers again. */
  sent: { event: string; payload: unknown }[];
  /** What the Scheduler keeps, by name. */
  scheduled: Map<string, NewSchedule & KeptSchedule>;
  /** Images that releases keep, by the release's id. */
  holds: Map<string, string>;
  logged: string[];
  /** With the admin's token; a `body` that is no string is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
};

// biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of an answer.
export type Answer = { status: number; headers: Headers; body: any };

export async function openTestApi(overrides: Partial<ApiDeps> = {}): Promise<TestApi> {
  const { client, table, close } = await openTestTable();
  const clock = fakeClock();
  const store = createStore({ client, table, clock });
  const [asked, started, logged] = [[] as Asked[], [] as TestApi["started"], [] as string[]];
  const healingsStarted: TestApi["healingsStarted"] = [];
  const trainsStarted: TestApi["trainsStarted"] = [];
  const sent: TestApi["sent"] = [];
  const scheduled: TestApi["scheduled"] = new Map();
  const answers: TestApi["answers"] = {};
  const holds: TestApi["holds"] = new Map();
  const note = (message: string) => void logged.push(message);
  const deps: ApiDeps = {
    store,
    clock,
    ids: idSource(clock.now, countingRandom()),
    newTraceId,
    executions: {
      start: async (name, input) => void started.push({ name, input }),
      describe: async () => "running",
    },
    trainExecutions: {
      start: async (name, input) => void trainsStarted.push({ name, input }),
      describe: async () => "running",
    },
    healExecutions: {
      start: async (name, input) => void healingsStarted.push({ name, input }),
      describe: async () => "running",
    },
    tokens: { succeed: async () => undefined },
    log: { info: note, warn: note, error: note },
    targetAccounts: [TARGET_ACCOUNT],
    inNetwork: false,
    adminTokenSha256: sha256Hex(TOKEN),
    webFolder: new URL("./no-such-folder/", import.meta.url),
    artifacts: fakeBucket(),
    registry: fakeRegistry(holds),
    rateLimits: { ...DEFAULT_RATE_LIMITS },
    issuerKeys: issuerKeys({
      documents: issuerDocuments(""),
      clock,
      log: { info: note, warn: note, error: note },
    }),
    imageBuilds: fakeBuilds(),
    eventFunctions: { send: async (event, payload) => void sent.push({ event, payload }) },
    hookSecrets: hookSecretsIn(new Map()),
    schedules: schedulesIn(scheduled, clock),
    drivers: {
      invoke: async (kind, request) => {
        asked.push({ kind, request });
        const answer = answers[request.verb];
        if (answer instanceof Error) throw answer;
        return answer ?? null;
      },
    },
    ...overrides,
  };
  const app = createApp(deps);
  const call: TestApi["call"] = async (method, path, body, headers = {}) => {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    const all = { authorization: `Bearer ${TOKEN}`, ...headers };
    const answer = await app.request(path, { method, body: text, headers: all });
    const told = { status: answer.status, headers: answer.headers, body: parse(await answer.text()) };
    assertTold(method, path, told);
    return told;
  };
  return {
    store,
    table: { client, table },
    clock,
    deps,
    asked,
    answers,
    started,
    trainsStarted,
    healingsStarted,
    sent,
    scheduled,
    holds,
    logged,
    call,
    close,
  };
}

/** Digits of a count of ids, so that ids of one millisecond differ and keep their order. */
function countingRandom(): () => number {
  let draws = 0;
  return () => {
    const [id, place] = [Math.floor(draws / 10), draws % 10];
    draws += 1;
    return ((Math.floor(id / 32 ** (9 - place)) % 32) + 0.5) / 32;
  };
}

function schedulesIn(kept: TestApi["scheduled"], clock: FakeClock): ApiDeps["schedules"] {
  return {
    prefix: "tutti-cron-",
    list: async (prefix) => [...kept.values()].filter((one) => one.name.startsWith(prefix)),
    create: async (one) =>
      void kept.set(one.name, {
        ...one,
        createdAt: instant(clock.now()),
        asMade: true,
        ...kept.get(one.name),
      }),
    remove: async (name) => void kept.delete(name),
  };
}

/** Everything is there but what is called missing; three bytes each. */
function fakeBucket(): ApiDeps["artifacts"] {
  return {
    name: "bucket",
    uploadUrl: async (key, seconds) => `http://s3.test/bucket/${key}?expires=${seconds}`,
    head: async (key) =>
      key.includes("missing") ? null : { sizeBytes: 3, sha256: null, modifiedAt: "2026-01-05T11:00:00.000Z" },
    digest: async (key) => sha256Hex(key),
    read: async (key) => archiveOf(key),
  };
}

/** A zip of one file, which says where it lies. */
async function* archiveOf(key: string) {
  // A zip tells when it was made, to two seconds: the same object read twice is the same.
  yield zipSync({ "app.js": Buffer.from(key) }, { mtime: "2026-01-05" });
}

/** Has every image of the app `shop` but those called missing; a tag's digest is of its name. */
function fakeRegistry(holds: TestApi["holds"]): ApiDeps["registry"] {
  return {
    hold: async (image, releaseId) => !!holds.set(releaseId, image),
    letGo: async (held) => held.forEach(({ releaseId }) => void holds.delete(releaseId)),
    host: REGISTRY,
    repositoryFor: async (app) => `${REGISTRY}/tutti/${app}`,
    digestOf: async (name, image) => {
      const wanted = "tag" in image ? image.tag : image.digest;
      if (name !== "tutti/shop" || wanted.includes("missing")) return null;
      return "tag" in image ? `sha256:${sha256Hex(wanted)}` : wanted;
    },
  };
}

export function hookSecretsIn(secrets: Map<string, string>): ApiDeps["hookSecrets"] {
  return {
    get: async (app) => secrets.get(app) ?? null,
    put: async (app, secret) => void secrets.set(app, secret),
    remove: async (app) => void secrets.delete(app),
  };
}

/** Each build goes on to its next phase when it is looked at; a version that says so fails. */
function fakeBuilds(): ApiDeps["imageBuilds"] {
  const builds = new Map<string, ImageBuild>();
  return {
    start: async ({ app, version, token }) => {
      const building = { status: "building", phase: "starting a builder", image: null, reason: "" } as const;
      const build = {
        id: token,
        app,
        version,
        ...building,
        startedAt: "2026-01-05T12:00:00.000Z",
        endedAt: null,
      };
      builds.set(token, build);
      return build;
    },
    find: async (id) => {
      const build = builds.get(id) ?? null;
      if (build) builds.set(id, nextPhase(build));
      return build;
    },
    log: async () => ["one line", "the last line"],
    stopAll: async (app) => {
      for (const [id, build] of builds)
        if (build.app === app && build.status === "building")
          builds.set(id, { ...build, status: "failed", phase: "failed", reason: "Build has been stopped." });
    },
  };
}

function nextPhase(build: ImageBuild): ImageBuild {
  if (build.phase === "starting a builder") return { ...build, phase: "building and pushing" };
  const endedAt = "2026-01-05T12:00:30.000Z";
  if (build.version.includes("broken"))
    return { ...build, status: "failed", phase: "failed", reason: "docker build: exit status 1", endedAt };
  const image = `${REGISTRY}/tutti/${build.app}@sha256:${sha256Hex(build.version)}`;
  return { ...build, status: "succeeded", phase: "succeeded", image, endedAt };
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
