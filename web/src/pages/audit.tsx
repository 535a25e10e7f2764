// Who did what, when, from where, and with what result; the refused ones too.
import { type AuditView, api } from "../api.ts";
import { More } from "../parts/more.tsx";
import { usePages } from "../parts/pages-of.ts";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

const SIGNS: Record<AuditView["outcome"], string> = {
  done: "✓ done",
  refused: "⊘ refused",
  failed: "✕ failed",
};

export function AuditPage() {
  const { items, more } = usePages("audit", "audit", (query, signal) =>
    api().call("GET /v1/audit", { query }, { signal }),
  );
  return (
    <>
      <h1>Audit</h1>
      {items ? <Lines items={items} /> : <p class="waiting">Looking…</p>}
      <More more={more} />
    </>
  );
}

function Lines({ items }: { items: AuditView[] }) {
  if (items.length === 0) return <p class="waiting">Nobody has changed anything yet.</p>;
  return (
    <Table of="Audit" columns={["When", "Who", "From", "What", "Outcome"]}>
      {items.map((one) => (
        <tr key={one.id}>
          <td>
            <When at={one.at} as="date" />
          </td>
          <td title={one.actorId}>{one.actor}</td>
          <td>
            <code>{one.sourceIp}</code>
          </td>
          <td class="why">
            <code>
              {one.method} {one.path}
            </code>
          </td>
          <td class={`why outcome ${one.outcome}`}>
            {SIGNS[one.outcome]}{" "}
            <small>{[one.status, one.code, one.detail].filter(Boolean).join(" · ")}</small>
          </td>
        </tr>
      ))}
    </Table>
  );
}
