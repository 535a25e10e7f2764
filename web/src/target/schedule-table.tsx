// What the manifest has done at times of the wall clock here, and when each comes next.
import type { AppView } from "../api.ts";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

export type ScheduleView = NonNullable<AppView["schedules"]>[number];

export function ScheduleTable({ rows }: { rows: ScheduleView[] }) {
  return (
    <Table of="Schedules" columns={["Next", "What", "When", "Time zone", "Name"]}>
      {rows.map((one) => (
        <tr key={one.name + one.cron}>
          <td>{one.nextRunAt ? <When at={one.nextRunAt} as="ahead" /> : "never again"}</td>
          <td>{whatOf(one)}</td>
          <td>
            <code>{one.cron}</code>
          </td>
          <td>{one.timezone}</td>
          <td class="why">{one.name}</td>
        </tr>
      ))}
    </Table>
  );
}

function whatOf({ action, version, replicas }: ScheduleView): string {
  if (action === "scale") return `scale to ${replicas}`;
  return action === "deploy" ? `deploy ${version ?? "the newest release"}` : action;
}
