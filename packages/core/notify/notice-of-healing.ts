// What healing has come to, as notices: of a run that mended something, of a target that is held or given up, and of one that
// became degraded or well again by it.
import type { BadHost } from "../domain/environment.ts";
import type { HealingRun } from "../domain/healing-run.ts";
import type { Kind } from "../domain/kind.ts";
import { NOTICE_SCHEMA, type Notice, type NoticeType } from "../domain/notice.ts";
import type { Target } from "../domain/target.ts";

/** Of a run that ended: what it mended, if anything. */
export function repairNotices(kind: Kind, run: HealingRun): Notice[] {
  const { id, app, environment, endedAt, trigger, actions, summary } = run;
  if (!actions.some(({ result }) => result === "repaired" || result === "begun")) return [];
  const message = `${app}/${environment}: ${summary}`;
  const place = { schema: NOTICE_SCHEMA, app, environment, kind } as const;
  const type = "healing.repaired";
  return [{ ...place, id: `${id}-repaired`, type, at: endedAt, message, healing: { id, trigger, actions } }];
}

type Judged = Pick<Target, "app" | "environment" | "kind" | "degraded" | "healing" | "revision">;

/** Of a pass that changed its word on the target; `null` where the target has none of healing's. `at`: of the write. */
export function verdictNotices(before: Judged, after: Judged, at: string): Notice[] {
  const { app, environment, kind, degraded, revision } = after;
  const place = { schema: NOTICE_SCHEMA, app, environment, kind, at } as const;
  const one = (type: NoticeType, what: string): Notice => ({
    ...place,
    type,
    // A target's revision rises with every write, so that each change of its verdict has an id of its own.
    id: `${app}/${environment}-${revision}-${type.slice(type.indexOf(".") + 1)}`,
    message: `${app}/${environment} ${what}`,
  });
  const notices: Notice[] = [];
  if (isOwn(after) && (!isOwn(before) || isHeld(before) !== isHeld(after)))
    notices.push(
      isHeld(after)
        ? one("healing.held", `is held: ${degraded}`)
        : one("healing.gave_up", `is given up: ${degraded}`),
    );
  if (before.degraded === null && degraded !== null)
    notices.push(one("target.degraded", `is degraded: ${degraded}`));
  if (before.degraded !== null && degraded === null) notices.push(one("target.recovered", "is well again."));
  return notices;
}

/** Of a host, by the target whose copy told of it. */
export function hostNotice(
  { app, environment, kind }: Pick<Target, "app" | "environment" | "kind">,
  type: "healing.host_marked" | "healing.host_cleared",
  { pool, host, since }: BadHost,
  { what, at }: { what: string; at: string },
): Notice {
  const message = `${host} of pool ${pool} in ${environment} ${what}`;
  const id = `${environment}-${pool}-${host}-${since}-${type.slice(type.indexOf("_") + 1)}`;
  return { schema: NOTICE_SCHEMA, app, environment, kind, at, type, id, message };
}

function isOwn({ healing }: Judged): boolean {
  return healing?.degraded === true;
}

function isHeld({ healing }: Judged): boolean {
  return (healing?.heldSince ?? null) !== null;
}
