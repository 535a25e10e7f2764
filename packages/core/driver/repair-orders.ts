// What healing asks of a driver: which copies, by which measure, and whether what somebody changed is put right too.
import type { Fleet } from "../domain/replica.ts";

/** From the smallest to the largest. */
export type Measure = "restart" | "replace";

export type Order = { replica: string; measure: Measure };

export type RepairOrders = { replicas: Order[]; drift: boolean };

/** The smallest measure for all that is broken, and all drift: where nobody has judged. */
export function everything({ replicas }: Pick<Fleet, "replicas">): RepairOrders {
  const broken = replicas.filter(({ health }) => health === "unhealthy" || health === "unknown");
  return { replicas: broken.map(({ id }) => ({ replica: id, measure: "restart" })), drift: true };
}

/** The fleet's own copies that are asked for. */
export function ordered<T extends { id: string }>(replicas: T[], orders: RepairOrders): T[] {
  const ids = new Set(orders.replicas.map((one) => one.replica));
  return replicas.filter(({ id }) => ids.has(id));
}
