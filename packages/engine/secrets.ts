// What a manifest's secrets name is looked for before anything is changed: whether it is there, never what it holds. Whether
// the app may read it shows when it starts, since it reads with its own rights.
import type { Spec } from "#core/domain/spec.ts";
import { TuttiError } from "#core/errors.ts";
import { parseReference } from "#core/secrets/reference.ts";
import { asking } from "./asking.ts";
import type { EngineDeps } from "./deps.ts";

/** Throws `secret_unavailable`, naming each reference that nothing is found under. */
export async function assertSecrets(
  deps: Pick<EngineDeps, "secrets">,
  spec: Pick<Spec, "secrets">,
): Promise<void> {
  const named = Object.entries(spec.secrets ?? {});
  if (named.length === 0) return;
  const found = await Promise.all(
    named.map(async ([name, reference]) => {
      const version = await asking(() => deps.secrets.versionOf(parseReference(reference)!));
      return version === null ? [{ path: `secrets.${name}`, message: `there is no ${reference}` }] : [];
    }),
  );
  const errors = found.flat();
  if (errors.length === 0) return;
  const detail = errors.map(({ path, message }) => `${path}: ${message}`).join("; ");
  throw new TuttiError("secret_unavailable", `${detail}.`, { errors });
}
