// Making, changing and deleting functions. An update stays `InProgress` for a real moment, and a second one meanwhile
// is refused, as on AWS: code that forgets to wait must fail here too.
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Files } from "../efs/folders.ts";
import type { Caller, Platform } from "../platform.ts";
import { checkAttachment } from "./attach.ts";
import { bringCode } from "./code.ts";
import { awsInstant, configure, describe, emptyVersion } from "./configuration.ts";
import type { Environments } from "./environments.ts";
import { checkRevision, conflict, invalid, nothingThere, notImplemented } from "./faults.ts";
import { checkMounts } from "./mounts.ts";
import { isVersion, parseFunctionName } from "./names.ts";
import { type FunctionRecord, LATEST, type VersionRecord } from "./records.ts";
import type { FunctionStore } from "./store.ts";
import type { Urls } from "./urls.ts";
import { publish } from "./versions.ts";

export type FunctionParts = {
  platform: Platform;
  files: Files;
  directory: string;
  store: FunctionStore;
  environments: Environments;
  serving: Map<string, VersionRecord>;
  urls: Urls;
};

const settleMs = 120;

/** Refuses what AWS refuses while an update is in progress. */
export function checkSettled(record: FunctionRecord): void {
  if (record.latest.state === "Pending") {
    throw conflict(
      "The operation cannot be performed at this time. The function is currently in the following state: Pending",
    );
  }
  if (record.latest.lastUpdateStatus === "Successful") return;
  throw conflict(
    `The operation cannot be performed at this time. An update is in progress for resource: ${record.arn}`,
  );
}

export function functionHandlers(parts: FunctionParts) {
  const { store, platform } = parts;
  return {
    CreateFunction: (input: Input, caller: Caller) => createFunction(parts, input, caller),
    UpdateFunctionCode: (input: Input, caller: Caller) => updateCode(parts, input, caller),
    UpdateFunctionConfiguration(input: Input) {
      const record = store.get(parseFunctionName(input.FunctionName).name);
      checkSettled(record);
      checkRevision(input.RevisionId, record.latest.revisionId);
      const next = configure(record.latest, input, platform.now());
      checkAttachment(platform, next);
      checkMounts(parts.files, next);
      return describe(record, update(parts, record, next));
    },
    GetFunction(input: Input) {
      const { record, version, qualifier } = find(store, input);
      const concurrency = record.reservedConcurrency;
      return {
        Configuration: describe(record, version, qualifier),
        Code: { RepositoryType: "S3", Location: `file://${join(parts.directory, version.codeFolder)}` },
        Tags: record.tags,
        ...(concurrency === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: concurrency } }),
      };
    },
    GetFunctionConfiguration(input: Input) {
      const { record, version, qualifier } = find(store, input);
      return describe(record, version, qualifier);
    },
    ListFunctions: (input: Input) => listFunctions(store, input),
    DeleteFunction: (input: Input) => deleteFunction(parts, input),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

async function createFunction(parts: FunctionParts, input: Input, caller: Caller) {
  const { platform, store } = parts;
  const { name } = parseFunctionName(input.FunctionName);
  if (store.find(name)) throw conflict(`Function already exist: ${name}`);
  if (input.PackageType === "Image") throw notImplemented("PackageType Image");
  if (!input.Role || !input.Runtime || !input.Handler)
    throw invalid(
      "Role, Runtime and Handler are mandatory parameters for functions created with deployment packages.",
    );
  const configured = configure(emptyVersion(input.Role), input, platform.now());
  checkAttachment(platform, configured);
  checkMounts(parts.files, configured);
  const code = await bringCode(platform, parts.directory, name, input.Code ?? {}, caller);
  if (store.find(name)) throw conflict(`Function already exist: ${name}`);
  const arn = `arn:aws:lambda:${platform.region}:${platform.accountId}:function:${name}`;
  const latest = { ...configured, ...code, architectures: input.Architectures ?? configured.architectures };
  const record: FunctionRecord = {
    name,
    arn,
    latest,
    versions: [],
    nextVersion: 1,
    aliases: {},
    urls: {},
    policies: {},
    tags: { ...input.Tags },
  };
  store.save(record);
  setTimeout(() => settle(parts, record, latest.revisionId), settleMs).unref();
  return input.Publish
    ? describe(record, publish(parts, record, {}), record.versions.at(-1)?.version)
    : describe(record, latest);
}

async function updateCode(parts: FunctionParts, input: Input, caller: Caller) {
  const record = parts.store.get(parseFunctionName(input.FunctionName).name);
  checkSettled(record);
  checkRevision(input.RevisionId, record.latest.revisionId);
  const before = record.latest.revisionId;
  const code = await bringCode(parts.platform, parts.directory, record.name, input, caller);
  checkSettled(record);
  checkRevision(input.RevisionId === undefined ? undefined : before, record.latest.revisionId);
  const next = {
    ...record.latest,
    ...code,
    revisionId: randomUUID(),
    lastModified: awsInstant(parts.platform.now()),
  };
  if (input.DryRun) return describe(record, next);
  const latest = update(parts, record, { ...next, architectures: input.Architectures ?? next.architectures });
  if (!input.Publish) return describe(record, latest);
  const published = publish(parts, record, {});
  return describe(record, published, published.version);
}

/** Shows the new state at once and serves the old one until the update has settled. */
function update(parts: FunctionParts, record: FunctionRecord, next: VersionRecord): VersionRecord {
  parts.serving.set(record.name, record.latest);
  record.latest = { ...next, lastUpdateStatus: "InProgress" };
  parts.store.save(record);
  setTimeout(() => settle(parts, record, next.revisionId), settleMs).unref();
  return record.latest;
}

function settle(parts: FunctionParts, record: FunctionRecord, revisionId: string): void {
  if (parts.store.find(record.name) !== record || record.latest.revisionId !== revisionId) return;
  record.latest = { ...record.latest, state: "Active", lastUpdateStatus: "Successful" };
  parts.serving.delete(record.name);
  parts.store.save(record);
  parts.environments.retire(
    record.name,
    (version) => version.version !== LATEST || version.revisionId === revisionId,
  );
}

function find(store: FunctionStore, input: Input) {
  const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
  const record = store.get(name);
  const number = qualifier === undefined ? LATEST : (record.aliases[qualifier]?.functionVersion ?? qualifier);
  const version = number === LATEST ? record.latest : record.versions.find((one) => one.version === number);
  if (!version) throw nothingThere();
  return { record, version, qualifier };
}

function listFunctions(store: FunctionStore, input: Input) {
  const limit = input.MaxItems ?? 50;
  const after = input.Marker ?? "";
  const rest = store.all().filter((record) => record.name > after);
  const page = rest.slice(0, limit);
  const Functions = page.flatMap((record) =>
    input.FunctionVersion === "ALL"
      ? [record.latest, ...record.versions].map((version) => describe(record, version, version.version))
      : [describe(record, record.latest)],
  );
  return { Functions, ...(rest.length > limit ? { NextMarker: page.at(-1)?.name } : {}) };
}

async function deleteFunction(parts: FunctionParts, input: Input) {
  const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
  const record = parts.store.get(name);
  if (qualifier !== undefined) return deleteVersion(parts, record, qualifier);
  for (const key of Object.keys(record.urls)) await parts.urls.close(record, key);
  parts.store.remove(name);
  parts.serving.delete(name);
  parts.environments.retire(name, () => false);
  rmSync(join(parts.directory, "code", name), { recursive: true, force: true });
  return { StatusCode: 204 };
}

function deleteVersion(parts: FunctionParts, record: FunctionRecord, qualifier: string) {
  if (!isVersion(qualifier))
    throw invalid("Deletion of aliases is not supported with this operation; use DeleteAlias");
  if (qualifier === LATEST) throw invalid("$LATEST version cannot be deleted without deleting the function.");
  const users = Object.values(record.aliases).filter(
    (alias) => alias.functionVersion === qualifier || alias.additionalWeights[qualifier] !== undefined,
  );
  if (users.length > 0)
    throw conflict(
      `Function version cannot be deleted because it is referenced by an alias: ${users.map((alias) => alias.name).join(", ")}`,
    );
  const gone = record.versions.find((version) => version.version === qualifier);
  record.versions = record.versions.filter((version) => version.version !== qualifier);
  delete record.provisioned?.[qualifier];
  parts.store.save(record);
  parts.environments.retire(record.name, (version) => version.version !== qualifier);
  removeUnusedCode(parts, record, gone);
  return { StatusCode: 204 };
}

function removeUnusedCode(
  parts: FunctionParts,
  record: FunctionRecord,
  gone: VersionRecord | undefined,
): void {
  if (!gone) return;
  const used = [record.latest, ...record.versions, parts.serving.get(record.name)];
  if (used.some((version) => version?.codeFolder === gone.codeFolder)) return;
  rmSync(join(parts.directory, gone.codeFolder), { recursive: true, force: true });
}
