// Deployments as a table, newest first.
import type { DeploymentView } from "../api.ts";
import { linkTo } from "../route.ts";
import { duration } from "../time.ts";
import { StatusBadge } from "./status-badge.tsx";
import { Table } from "./table.tsx";
import { When } from "./when.tsx";

export function DeploymentTable({ rows, of }: { rows: DeploymentView[]; of: string }) {
  if (rows.length === 0) return <p class="waiting">None.</p>;
  return (
    <Table of={of} columns={["Release", "Target", "Status", "Began", "Took", "By", "Why"]}>
      {rows.map((one) => (
        <tr key={one.id}>
          <td>
            <a href={linkTo({ page: "deployment", id: one.id })}>
              {one.previousVersion && one.previousVersion !== one.version && `${one.previousVersion} → `}
              {one.version}
            </a>
          </td>
          <td>
            <a href={linkTo({ page: "target", app: one.app, environment: one.environment })}>
              {one.app}/{one.environment}
            </a>
          </td>
          <td>
            <StatusBadge status={one.status} />
          </td>
          <td>
            <When at={one.createdAt} />
          </td>
          <td>{took(one)}</td>
          <td>
            {one.createdBy} <small>{one.trigger}</small>
          </td>
          <td class="why">{one.reason}</td>
        </tr>
      ))}
    </Table>
  );
}

function took({ startedAt, endedAt }: DeploymentView): string {
  return startedAt && endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : "";
}
