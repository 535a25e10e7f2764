// How the platform scales the target by itself: its bounds, what it follows, and what it has done about it.
import type { TargetView } from "../api.ts";
import { Fact } from "../parts/fact.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

type Scaling = NonNullable<TargetView["scaling"]>;

const SIGNS: Record<string, string> = { Successful: "✓", Failed: "✕", Cancelled: "–" };

export function ScalingFacts({ scaling, kind }: { scaling: Scaling; kind: TargetView["kind"] }) {
  const { min, max, metric, target, count, value, activities } = scaling;
  const what = kind === "function" ? "environments" : "copies";
  return (
    <>
      <dl class="facts-list">
        <Fact name="Bounds">
          {min} to {max} {what}
        </Fact>
        <Fact name="Keeps now">{count}</Fact>
        <Fact name="Follows">{metric}</Fact>
        <Fact name="Kept near">{target}</Fact>
        <Fact name="In the last minute">{value === null ? "no data" : rounded(value)}</Fact>
      </dl>
      {activities.length === 0 ? (
        <p class="waiting">The platform has not scaled it by itself yet.</p>
      ) : (
        <Activities rows={activities} />
      )}
    </>
  );
}

function Activities({ rows }: { rows: Scaling["activities"] }) {
  return (
    <Table of="Scaling" columns={["When", "Outcome", "What", "Why"]}>
      {rows.map((one) => (
        <tr key={one.at + one.description}>
          <td>
            <When at={one.at} />
          </td>
          <td>
            {SIGNS[one.status] ?? "…"} {one.status}
          </td>
          <td class="why">{one.description}</td>
          <td class="why">{one.cause}</td>
        </tr>
      ))}
    </Table>
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
