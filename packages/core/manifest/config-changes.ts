// What a release changes in an app's environment variables, against the release that runs: by name, old and new. Of a secret
// only the reference is known here. Pure.
import type { Spec } from "../domain/spec.ts";

/** `null`: it is not there. `secret`: what stands there (or stood, where it is gone) is a reference. */
export type ConfigChange = { name: string; secret: boolean; from: string | null; to: string | null };

type Variables = Pick<Spec, "config" | "secrets">;
type Said = { value: string; secret: boolean };

/** By name. `before` is `null` where nothing runs. */
export function configChanges(before: Variables | null, after: Variables): ConfigChange[] {
  const [old, next] = [saidIn(before), saidIn(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])].sort();
  return names.flatMap((name) => {
    const [from, to] = [old.get(name), next.get(name)];
    if (from?.value === to?.value && from?.secret === to?.secret) return [];
    const secret = (to ?? from)!.secret;
    return [{ name, secret, from: from?.value ?? null, to: to?.value ?? null }];
  });
}

function saidIn(variables: Variables | null): Map<string, Said> {
  const entries = (block: Record<string, string> = {}, secret: boolean) =>
    Object.entries(block).map(([name, value]) => [name, { value, secret }] as const);
  return new Map([...entries(variables?.config, false), ...entries(variables?.secrets, true)]);
}
