// Moves the weight of the alias `live`, one optimistic write at a time, and reads back what came of it. An alias
// splits between two versions at most, so a split is collapsed before a third version comes.
import { CreateAliasCommand, type LambdaClient, UpdateAliasCommand } from "@aws-sdk/client-lambda";
import { type Clock, instant } from "#core/clock.ts";
import { type Alias, isNamed, readAlias } from "./client.ts";
import { ALIAS, sinceLabel } from "./naming.ts";

export type Wish = {
  lambdaVersion: string;
  percent: number;
  /** The version that keeps the rest while a split is collapsed; otherwise the heaviest one does. */
  keep?: string;
};

/** A primary version and, where traffic is split, the other one with its share. */
export type Routing = { primary: string; other?: { lambdaVersion: string; percent: number } };

/** Create, collapse, shift: three writes are the most that one wish needs; the rest is for losing a race. */
const MOST_WRITES = 6;

/** Pure: the next routing on the way to the wish, `null` when it is fulfilled. */
export function nextRouting(alias: Alias | null, wish: Wish): Routing | null {
  if (!alias) return { primary: wish.lambdaVersion };
  const has = alias.percents.get(wish.lambdaVersion) ?? 0;
  const others = [...alias.percents].filter(([number]) => number !== wish.lambdaVersion);
  // Without another version there is nothing to share with: all of it is here already.
  if (has === wish.percent || others.length === 0) return null;
  if (wish.percent === 100) return { primary: wish.lambdaVersion };
  if (others.length > 1) return { primary: heaviest(others, wish.keep) };
  return { primary: others[0]![0], other: { lambdaVersion: wish.lambdaVersion, percent: wish.percent } };
}

/** The alias as read back with the wish fulfilled, or `null` if somebody else kept changing it. */
export async function moveAlias(
  lambda: LambdaClient,
  name: string,
  wish: Wish,
  clock: Pick<Clock, "now">,
): Promise<Alias | null> {
  for (let writes = 0; writes <= MOST_WRITES; writes++) {
    const alias = await readAlias(lambda, name);
    const routing = nextRouting(alias, wish);
    if (!routing) return alias;
    await write(lambda, name, { ...routing, at: instant(clock.now()) }, alias);
  }
  return null;
}

/** A lost race is no error: the caller reads again and plans from what it finds. */
async function write(
  lambda: LambdaClient,
  name: string,
  { primary, other, at }: Routing & { at: string },
  alias: Alias | null,
): Promise<void> {
  const weights = other ? { [other.lambdaVersion]: other.percent / 100 } : {};
  const input = {
    FunctionName: name,
    Name: ALIAS,
    FunctionVersion: primary,
    Description: sinceLabel(at),
    RoutingConfig: { AdditionalVersionWeights: weights },
  };
  try {
    if (!alias) await lambda.send(new CreateAliasCommand(input));
    else await lambda.send(new UpdateAliasCommand({ ...input, RevisionId: alias.revisionId }));
  } catch (error) {
    if (!isNamed(error, "PreconditionFailedException", "ResourceConflictException")) throw error;
  }
}

function heaviest(percents: [string, number][], keep: string | undefined): string {
  if (keep && percents.some(([number]) => number === keep)) return keep;
  return [...percents].sort((a, b) => b[1] - a[1])[0]![0];
}
