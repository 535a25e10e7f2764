// What the function that tells receivers is called with: a notice from the bus, deliveries that the sweep found due, or one that an
// operator has played again. Each may come twice.
import * as z from "zod";
import { NOTICE_SCHEMA, NOTICE_TYPES, type Notice } from "#core/domain/notice.ts";
import { deliverAnew, deliverDue } from "#engine/notify/deliver.ts";
import type { NotifyDeps } from "#engine/notify/deps.ts";
import { takeNotice } from "#engine/notify/take-notice.ts";

const AT_ONCE = 8;

const eventSchema = z.union([
  z.object({ due: z.array(z.string()).max(200) }),
  z.object({ delivery: z.string() }),
  z.object({
    detail: z.looseObject({
      schema: z.literal(NOTICE_SCHEMA),
      id: z.string(),
      type: z.enum(NOTICE_TYPES),
      environment: z.string(),
    }),
  }),
]);

export async function takeNotify(deps: NotifyDeps, event: unknown): Promise<void> {
  const known = eventSchema.parse(event);
  if ("delivery" in known) return deliverAnew(deps, known.delivery);
  if ("due" in known) return deliverAll(deps, known.due);
  const { installation: _ours, receivers: _count, ...notice } = known.detail;
  return takeNotice(deps, notice as unknown as Notice);
}

async function deliverAll(deps: NotifyDeps, due: string[]): Promise<void> {
  for (let i = 0; i < due.length; i += AT_ONCE)
    await Promise.all(due.slice(i, i + AT_ONCE).map((id) => deliverDue(deps, id)));
}
