// The replicas as they are now.
import type { TargetView } from "../api.ts";
import { useGrowing } from "../parts/growing.tsx";
import { Table } from "../parts/table.tsx";
import { serverNow } from "../server-clock.ts";
import { duration } from "../time.ts";
import { barsOf, type HealthHistory } from "./health-history.ts";
import "./replica-table.css";

export function ReplicaTable({ target, history }: { target: TargetView; history: HealthHistory }) {
  const { shown, rest } = useGrowing(target.replicas.length);
  const sized = target.replicas.some(({ size }) => size !== undefined);
  if (target.replicas.length === 0) return <p class="waiting">None.</p>;
  return (
    <>
      <Table
        of="Replicas"
        columns={[
          ...["Replica", "Release", "Health", "Since opened", "Address"],
          ...(sized ? ["Size"] : []),
          "Age",
        ]}
      >
        {target.replicas.slice(0, shown).map((one) => (
          <tr key={one.id}>
            <td>
              <code>{one.id}</code>
            </td>
            <td class={one.version === target.release ? "" : "other"}>{one.version}</td>
            <td>
              <span class={`dot ${one.health}`}>{one.health}</span>
            </td>
            <td>
              <span class="looks" aria-hidden="true">
                {barsOf(history.get(one.id) ?? [], serverNow()).map((health, i) => (
                  <i key={i} class={health} title={health} />
                ))}
              </span>
            </td>
            <td>
              <code>{one.address}</code>
            </td>
            {sized && <td>{one.size}</td>}
            <td title={one.startedAt ?? ""}>
              {one.startedAt ? duration(serverNow() - Date.parse(one.startedAt)) : ""}
            </td>
          </tr>
        ))}
      </Table>
      {rest}
    </>
  );
}
