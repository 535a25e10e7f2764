// What the manifest says for this environment, beside what it says for all: what differs, and the rest on demand.
import type { AppView } from "../api.ts";
import { Table } from "../parts/table.tsx";
import { differencesOf, type Row } from "./differences.ts";

export function ConfigTable({ app, environment }: { app: AppView; environment: string }) {
  const rows = differencesOf(app.manifest, environment);
  if (rows.length === 0) return <p class="waiting">The manifest sets nothing beyond the defaults.</p>;
  const differing = rows.filter((row) => row.own !== undefined);
  const same = rows.filter((row) => row.own === undefined);
  return (
    <>
      {differing.length > 0 && <Rows of="Differences" rows={differing} environment={environment} />}
      {same.length > 0 && (
        <details>
          <summary>
            {same.length} {same.length === 1 ? "key is" : "keys are"} the same everywhere
          </summary>
          <Rows of="Configuration" rows={same} environment={environment} />
        </details>
      )}
    </>
  );
}

function Rows({ of, rows, environment }: { of: string; rows: Row[]; environment: string }) {
  return (
    <Table of={of} columns={["Key", "Everywhere", environment]}>
      {rows.map((row) => (
        <tr key={row.path}>
          <td>
            <code>{row.path}</code>
          </td>
          <td class="why">{row.base === undefined ? <small>default</small> : <code>{row.base}</code>}</td>
          <td class={`why ${row.own === undefined ? "" : "other"}`}>
            {row.own === undefined ? <small>the same</small> : <code>≠ {row.own}</code>}
          </td>
        </tr>
      ))}
    </Table>
  );
}
