// What the manifest says for this environment, beside what it says for all: only what differs is marked.
import type { AppView } from "../api.ts";
import { Table } from "../parts/table.tsx";
import { differencesOf } from "./differences.ts";

export function ConfigTable({ app, environment }: { app: AppView; environment: string }) {
  const rows = differencesOf(app.manifest, environment);
  if (rows.length === 0) return <p class="waiting">The manifest sets nothing beyond the defaults.</p>;
  const own = rows.filter((row) => row.own !== undefined).length;
  return (
    <details open={own > 0}>
      <summary>
        {rows.length} keys, {own} of them {environment}’s own
      </summary>
      <Table of="Configuration" columns={["Key", "Everywhere", environment]}>
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
    </details>
  );
}
