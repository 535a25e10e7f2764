// DORA's four over all that the reader sees, each with its place in a sentence, and a day chart for each target.
import { useSignal } from "@preact/signals";
import type { InsightsView } from "../api.ts";
import { Table } from "../parts/table.tsx";
import { linkTo } from "../route.ts";
import { duration } from "../time.ts";
import { DayBars } from "./day-bars.tsx";
import "./insights.css";

export function InsightsTable({ items }: { items: InsightsView[] }) {
  const all = useSignal(false);
  if (items.length === 0) return <p class="waiting">No deployment has ended yet.</p>;
  const shown = all.value ? items : items.slice(0, FIRST);
  return (
    <>
      <Table
        of="Insights"
        columns={["Target", "30 days", "Changes per day", "Lead time", "Failed changes", "Restored in"]}
      >
        {shown.map((one) => (
          <tr key={`${one.app}/${one.environment}`}>
            <td>
              <a href={linkTo({ page: "target", app: one.app, environment: one.environment })}>
                {one.app}/{one.environment}
              </a>
            </td>
            <td>
              <DayBars daily={one.daily} />
            </td>
            <td>{one.deploymentFrequency.perDay}</td>
            <td>{length(one.leadTime)}</td>
            <td>{rate(one)}</td>
            <td>{length(one.timeToRestore)}</td>
          </tr>
        ))}
      </Table>
      {items.length > FIRST && (
        <div class="more">
          <button
            type="button"
            onClick={() => {
              all.value = !all.value;
            }}
          >
            {all.value ? "Show fewer" : `Show all ${items.length}`}
          </button>
        </div>
      )}
    </>
  );
}

const FIRST = 8;

function length({ medianSeconds }: InsightsView["leadTime"]): string {
  return medianSeconds === null ? "–" : duration(medianSeconds * 1000);
}

function rate({ changeFailureRate: { percent, failed, changes } }: InsightsView): string {
  return percent === null ? "–" : `${percent} % (${failed} of ${changes})`;
}
