// Aliases: a name for a version, or for two with a weight. Moving one is a single replacement, so no call falls between.
import { randomUUID } from "node:crypto";
import { checkRevision, conflict, invalid, notFound, nothingThere } from "./faults.ts";
import type { FunctionParts } from "./functions.ts";
import { parseFunctionName } from "./names.ts";
import { type AliasRecord, type FunctionRecord, LATEST } from "./records.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function aliasHandlers({ store, urls }: Pick<FunctionParts, "store" | "urls">) {
  const recordOf = (input: Input) => store.get(parseFunctionName(input.FunctionName).name);
  const put = (record: FunctionRecord, alias: AliasRecord) => {
    checkAlias(record, alias);
    record.aliases[alias.name] = alias;
    store.save(record);
    return describeAlias(record, alias);
  };
  return {
    CreateAlias(input: Input) {
      const record = recordOf(input);
      const name: string = input.Name;
      if (!/^(?!\d+$)[\w-]{1,128}$/.test(name))
        throw invalid(
          `Value '${name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)`,
        );
      if (record.aliases[name]) throw conflict(`Alias already exists: ${record.arn}:${name}`);
      return put(record, {
        name,
        functionVersion: input.FunctionVersion,
        description: input.Description ?? "",
        additionalWeights: { ...input.RoutingConfig?.AdditionalVersionWeights },
        revisionId: randomUUID(),
      });
    },
    UpdateAlias(input: Input) {
      const record = recordOf(input);
      const alias = find(record, input.Name);
      checkRevision(input.RevisionId, alias.revisionId);
      const weights = input.RoutingConfig
        ? (input.RoutingConfig.AdditionalVersionWeights ?? {})
        : alias.additionalWeights;
      return put(record, {
        name: alias.name,
        functionVersion: input.FunctionVersion ?? alias.functionVersion,
        description: input.Description ?? alias.description,
        additionalWeights: { ...weights },
        revisionId: randomUUID(),
      });
    },
    GetAlias(input: Input) {
      const record = recordOf(input);
      return describeAlias(record, find(record, input.Name));
    },
    async DeleteAlias(input: Input) {
      const record = recordOf(input);
      if (!record.aliases[input.Name]) return {};
      if (record.urls[input.Name]) await urls.close(record, input.Name);
      delete record.urls[input.Name];
      delete record.policies[input.Name];
      delete record.aliases[input.Name];
      store.save(record);
      return {};
    },
    ListAliases(input: Input) {
      const record = recordOf(input);
      const all = Object.values(record.aliases)
        .filter((alias) => !input.FunctionVersion || alias.functionVersion === input.FunctionVersion)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const from = Number(input.Marker ?? 0);
      const to = from + (input.MaxItems ?? 50);
      const Aliases = all.slice(from, to).map((alias) => describeAlias(record, alias));
      return { Aliases, ...(to < all.length ? { NextMarker: String(to) } : {}) };
    },
  };
}

function find(record: FunctionRecord, name: string): AliasRecord {
  const alias = record.aliases[name];
  if (!alias)
    throw Object.assign(nothingThere(), { message: `Cannot find alias arn: ${record.arn}:${name}` });
  return alias;
}

/** Rules of weighted aliases: https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
function checkAlias(record: FunctionRecord, alias: AliasRecord): void {
  const exists = (version: string) => record.versions.some((one) => one.version === version);
  if (alias.functionVersion !== LATEST && !exists(alias.functionVersion)) {
    throw notFound(`${record.arn}:${alias.functionVersion}`);
  }
  const weights = Object.entries(alias.additionalWeights);
  if (weights.length > 1)
    throw invalid("Number of items in AdditionalVersionWeights cannot be greater than 1");
  for (const [version, weight] of weights) {
    if (alias.functionVersion === LATEST || version === LATEST)
      throw invalid("$LATEST is not supported for an alias pointing to more than 1 version");
    if (!exists(version)) throw notFound(`${record.arn}:${version}`);
    if (version === alias.functionVersion)
      throw invalid(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    if (!(weight >= 0 && weight <= 1))
      throw invalid(`Value '${weight}' of AdditionalVersionWeights must be between 0.0 and 1.0`);
  }
}

function describeAlias(record: FunctionRecord, alias: AliasRecord) {
  const weights = alias.additionalWeights;
  return {
    AliasArn: `${record.arn}:${alias.name}`,
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    ...(Object.keys(weights).length > 0 ? { RoutingConfig: { AdditionalVersionWeights: weights } } : {}),
    RevisionId: alias.revisionId,
  };
}
