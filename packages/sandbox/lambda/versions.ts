// Published versions: immutable copies of `$LATEST`, numbered from 1, never reusing a number.
import { randomUUID } from "node:crypto";
import { describe } from "./configuration.ts";
import { checkRevision, invalid } from "./faults.ts";
import { checkSettled, type FunctionParts } from "./functions.ts";
import { parseFunctionName } from "./names.ts";
import type { FunctionRecord, VersionRecord } from "./records.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

/** A second publish of the same code and settings answers the version that is there. */
export function publish(
  parts: Pick<FunctionParts, "store">,
  record: FunctionRecord,
  input: Input,
): VersionRecord {
  const last = record.versions.at(-1);
  if (last && content(last) === content(record.latest)) return last;
  const version: VersionRecord = {
    ...record.latest,
    version: String(record.nextVersion++),
    description: input.Description ?? record.latest.description,
    revisionId: randomUUID(),
    state: "Active",
    lastUpdateStatus: "Successful",
  };
  record.versions.push(version);
  parts.store.save(record);
  return version;
}

const content = (version: VersionRecord) => {
  const { version: _number, description: _text, lastModified: _at, revisionId: _id, ...rest } = version;
  return JSON.stringify({ ...rest, state: "", lastUpdateStatus: "" });
};

export function versionHandlers(parts: FunctionParts) {
  return {
    PublishVersion(input: Input) {
      const record = parts.store.get(parseFunctionName(input.FunctionName).name);
      checkSettled(record);
      checkRevision(input.RevisionId, record.latest.revisionId);
      const asked = input.CodeSha256;
      const current = record.latest.codeSha256;
      if (asked && asked !== current) {
        throw invalid(
          `CodeSHA256 (${asked}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
        );
      }
      const version = publish(parts, record, input);
      return describe(record, version, version.version);
    },
    ListVersionsByFunction(input: Input) {
      const record = parts.store.get(parseFunctionName(input.FunctionName).name);
      const all = [record.latest, ...record.versions];
      const from = Number(input.Marker ?? 0);
      const to = from + (input.MaxItems ?? 50);
      const Versions = all.slice(from, to).map((version) => describe(record, version, version.version));
      return { Versions, ...(to < all.length ? { NextMarker: String(to) } : {}) };
    },
  };
}
