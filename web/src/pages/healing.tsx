// What the passes of healing found and did.
import { api } from "../api.ts";
import { HealingTable } from "../parts/healing-table.tsx";
import { More } from "../parts/more.tsx";
import { usePages } from "../parts/pages-of.ts";

export function HealingPage() {
  const { items, more } = usePages("healing", "healing", (query, signal) =>
    api().call("GET /v1/healing-runs", { query }, { signal }),
  );
  return (
    <>
      <h1>Healing runs</h1>
      <p class="facts">A pass that finds all well leaves no line.</p>
      {items ? <HealingTable rows={items} /> : <p class="waiting">Looking…</p>}
      <More more={more} />
    </>
  );
}
