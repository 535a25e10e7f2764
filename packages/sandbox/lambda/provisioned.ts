// Provisioned concurrency of published versions: so many environments are initialised before the first call, and kept. On an alias it
// is not implemented, and says so; AWS refuses it there while the alias has weights.
import { AwsError } from "../platform.ts";
import type { Environments } from "./environments.ts";
import { invalid, notFound, notImplemented } from "./faults.ts";
import { isVersion, parseFunctionName } from "./names.ts";
import { concurrencyLimit } from "./pools.ts";
import { type FunctionRecord, LATEST, type ProvisionedRecord, type VersionRecord } from "./records.ts";
import type { FunctionStore } from "./store.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export type ProvisionedParts = { store: FunctionStore; environments: Environments; now: () => number };

export function provisionedHandlers({ store, environments, now }: ProvisionedParts) {
  const configOf = (input: Input) => {
    const { record, version } = find(store, input);
    const config = record.provisioned?.[version.version];
    if (!config)
      throw new AwsError(
        "ProvisionedConcurrencyConfigNotFoundException",
        "No Provisioned Concurrency Config found for this function",
        { Type: "User" },
      );
    return { record, version, config };
  };
  const tell = (record: FunctionRecord, version: VersionRecord, config: ProvisionedRecord) =>
    describe(config, environments.initialised(record, version));
  return {
    PutProvisionedConcurrencyConfig(input: Input) {
      const { record, version } = find(store, input);
      const requested = input.ProvisionedConcurrentExecutions;
      checkRoom(store, record, version.version, requested);
      const config = { requested, modifiedAtMs: now() };
      record.provisioned = { ...record.provisioned, [version.version]: config };
      store.save(record);
      environments.provision(record, version, requested);
      return tell(record, version, config);
    },
    GetProvisionedConcurrencyConfig(input: Input) {
      const { record, version, config } = configOf(input);
      return tell(record, version, config);
    },
    DeleteProvisionedConcurrencyConfig(input: Input) {
      const { record, version } = configOf(input);
      delete record.provisioned![version.version];
      store.save(record);
      environments.provision(record, version, 0);
      return {};
    },
    ListProvisionedConcurrencyConfigs(input: Input) {
      const record = store.get(parseFunctionName(input.FunctionName).name);
      const all = Object.entries(record.provisioned ?? {}).flatMap(([number, config]) => {
        const version = record.versions.find((one) => one.version === number);
        return version ? [{ FunctionArn: `${record.arn}:${number}`, ...tell(record, version, config) }] : [];
      });
      const from = Number(input.Marker ?? 0);
      const to = from + (input.MaxItems ?? 50);
      return {
        ProvisionedConcurrencyConfigs: all.slice(from, to),
        ...(to < all.length ? { NextMarker: String(to) } : {}),
      };
    },
  };
}

/** What the last process had provisioned. */
export function provisionAgain({
  store,
  environments,
}: Pick<ProvisionedParts, "store" | "environments">): void {
  for (const record of store.all())
    for (const [number, { requested }] of Object.entries(record.provisioned ?? {})) {
      const version = record.versions.find((one) => one.version === number);
      if (version) environments.provision(record, version, requested);
    }
}

function find(store: FunctionStore, input: Input) {
  const { name, qualifier } = parseFunctionName(input.FunctionName, input.Qualifier);
  const record = store.get(name);
  if (qualifier === undefined || qualifier === LATEST)
    throw invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  if (!isVersion(qualifier)) return ofAlias(record, qualifier);
  const version = record.versions.find((one) => one.version === qualifier);
  if (!version) throw notFound(`${record.arn}:${qualifier}`);
  return { record, version };
}

function ofAlias(record: FunctionRecord, qualifier: string): never {
  const alias = record.aliases[qualifier];
  if (!alias) throw notFound(`${record.arn}:${qualifier}`);
  // As AWS says it: github.com/hashicorp/terraform/issues/24957.
  if (Object.keys(alias.additionalWeights).length > 0)
    throw invalid("Alias with weights can not be used with Provisioned Concurrency");
  throw notImplemented("provisioned concurrency of an alias");
}

/** It is a part of what is reserved for the function (developer guide, "Configuring provisioned concurrency"), else of the account's. */
function checkRoom(store: FunctionStore, record: FunctionRecord, version: string, requested: number): void {
  if (!Number.isInteger(requested) || requested < 1)
    throw invalid(`Value '${requested}' at 'provisionedConcurrentExecutions' must be 1 or more`);
  const own = sum(record, version) + requested;
  if (own > (record.reservedConcurrency ?? Number.POSITIVE_INFINITY))
    throw invalid(
      "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    );
  const others = store
    .all()
    .filter((one) => one !== record)
    .reduce((total, one) => total + sum(one), 0);
  if (own + others > concurrencyLimit)
    throw invalid(
      `Specified ConcurrentExecutions for function is greater than the account's unreserved concurrency: ${concurrencyLimit - others} left`,
    );
}

function sum({ provisioned = {} }: FunctionRecord, without?: string): number {
  return Object.entries(provisioned).reduce(
    (total, [version, { requested }]) => (version === without ? total : total + requested),
    0,
  );
}

function describe(
  { requested, modifiedAtMs }: ProvisionedRecord,
  { ready, failure }: { ready: number; failure?: string | undefined },
) {
  const available = Math.min(ready, requested);
  const status = available === requested ? "READY" : failure === undefined ? "IN_PROGRESS" : "FAILED";
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: available,
    AllocatedProvisionedConcurrentExecutions: available,
    Status: status,
    ...(status === "FAILED" ? { StatusReason: failure } : {}),
    LastModified: new Date(modifiedAtMs).toISOString().replace("Z", "+0000"),
  };
}
