// Whatever has a receipt is charged, with each write of it, for what the function has used since the last one.
import { type Cost, type Meter, NO_COST, NO_USAGE, withUsage } from "#core/domain/cost.ts";

type Settling = Pick<Meter, "peek" | "settle">;

/** `write` gets it with its receipt; what was counted is settled once it stands in the table. Making it is no change of it. */
export async function charged<T extends { cost?: Cost }>(
  meter: Settling | undefined,
  thing: T,
  write: (thing: T) => Promise<void>,
  changes = 1,
): Promise<T> {
  const used = meter?.peek() ?? NO_USAGE;
  const cost = thing.cost ?? NO_COST;
  const after = { ...thing, cost: withUsage({ ...cost, writes: cost.writes + changes }, used) };
  await write(after);
  meter?.settle(used);
  return after;
}
