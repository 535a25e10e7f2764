// What a manifest's secrets name is looked for before anything is changed: whether it is there, never what it holds. Whether
// the app may read it shows when it starts, since it reads with its own rights.
import type { Spec } from "#core/domain/spec.ts";
import { TuttiError } from "#core/errors.ts";
import { parseReference } from "#core/secrets/reference.ts";
import { asking } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";

/** Ids of the versions that a start would read, by reference; of what is not there, `null`. */
export async function secretVersions(
  deps: Pick<EngineDeps, "secrets">,
  { secrets = {} }: Pick<Spec, "secrets">,
): Promise<Map<string, string | null>> {
  const references = [...new Set(Object.values(secrets))];
  const versions = await Promise.all(
    references.map((text) => asking(() => deps.secrets.versionOf(parseReference(text)!))),
  );
  return new Map(references.map((text, i) => [text, versions[i]!]));
}

/** Answers the versions. Throws `secret_unavailable`, naming each reference that nothing is found under. */
export async function assertSecrets(
  deps: Pick<EngineDeps, "secrets">,
  spec: Pick<Spec, "secrets">,
): Promise<Record<string, string>> {
  const versions = await secretVersions(deps, spec);
  const errors = Object.entries(spec.secrets ?? {})
    .filter(([, reference]) => versions.get(reference) === null)
    .map(([name, reference]) => ({ path: `secrets.${name}`, message: `there is no ${reference}` }));
  if (errors.length === 0) return Object.fromEntries(versions) as Record<string, string>;
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new TuttiError("secret_unavailable", `${detail}.`, { errors });
}
