// The secrets of hooks as one instance remembers them for a minute, those that are not there included. Where a
// remembered one does not fit it may have been replaced, and is looked up anew, as long as the caller may still try.
import type { Clock } from "#core/clock.ts";
import type { HookSecrets } from "#functions/deps/hook-secrets.ts";

const KEPT_MS = 60_000;
const MOST_APPS = 1000;

export type RememberedSecrets = {
  /** Whether `fits` holds for the app's secret; `failed` is told of every attempt that did not, before the next, and may throw. An app without a secret is tried with one that nobody has. */
  proves(app: string, fits: (secret: string) => boolean, failed: () => Promise<void>): Promise<boolean>;
};

type Known = { secret: string | null; atMs: number };

export function rememberedSecrets(
  secrets: HookSecrets,
  clock: Clock,
  nobodysSecret: string,
): RememberedSecrets {
  const known = new Map<string, Known>();
  const look = async (app: string): Promise<Known> => {
    const fresh = { secret: await secrets.get(app), atMs: clock.now() };
    known.delete(app);
    known.set(app, fresh);
    if (known.size > MOST_APPS) known.delete(known.keys().next().value!);
    return fresh;
  };
  const remembered = (app: string): Known | undefined => {
    const there = known.get(app);
    return there && clock.now() - there.atMs < KEPT_MS ? there : undefined;
  };
  const tried = ({ secret }: Known, fits: (secret: string) => boolean) =>
    fits(secret ?? nobodysSecret) && secret !== null;
  return {
    async proves(app, fits, failed) {
      const there = remembered(app);
      if (tried(there ?? (await look(app)), fits)) return true;
      await failed();
      return there !== undefined && tried(await look(app), fits);
    },
  };
}
