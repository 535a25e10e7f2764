// Healing runs as a table: what was found, what was done about it, and what came of it.
import type { HealingRunView } from "../api.ts";
import { linkTo } from "../route.ts";
import { Table } from "./table.tsx";
import { When } from "./when.tsx";

const SIGNS: Record<string, string> = {
  repaired: "✓",
  begun: "…",
  carried_on: "✓",
  closed: "✓",
  failed: "✕",
  held: "‖",
};

export function HealingTable({ rows }: { rows: HealingRunView[] }) {
  if (rows.length === 0) return <p class="waiting">Nothing had to be healed yet.</p>;
  return (
    <Table of="Healing runs" columns={["Target", "When", "By", "Summary", "Found and done"]}>
      {rows.map((run) => (
        <tr key={run.id}>
          <td>
            <a href={linkTo({ page: "target", app: run.app, environment: run.environment })}>
              {run.app}/{run.environment}
            </a>
          </td>
          <td>
            <When at={run.startedAt} />
          </td>
          <td>{run.trigger}</td>
          <td class="why">{run.summary}</td>
          <td class="why">
            {run.actions.map((action) => (
              <div key={`${action.replica}${action.finding}`}>
                {SIGNS[action.result]} {action.replica && <code>{action.replica}</code>} {action.finding}:{" "}
                {action.action}, {action.result.replaceAll("_", " ")}
              </div>
            ))}
          </td>
        </tr>
      ))}
    </Table>
  );
}
