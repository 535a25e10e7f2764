// Every train, newest first, and a new one for whoever may deploy.
import { useSignal } from "@preact/signals";
import { api, type TrainView } from "../api.ts";
import { TrainDialog } from "../doing/train-dialog.tsx";
import { may } from "../me.ts";
import { More } from "../parts/more.tsx";
import { usePages } from "../parts/pages-of.ts";
import { StatusBadge } from "../parts/status-badge.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";
import { linkTo } from "../route.ts";
import { duration } from "../time.ts";

export function TrainsPage() {
  const asking = useSignal(false);
  const { items, more } = usePages("trains", "trains", (query, signal) =>
    api().call("GET /v1/trains", { query }, { signal }),
  );
  return (
    <>
      <div class="tools">
        <h1>Trains</h1>
        {may("deploy") && (
          <button
            type="button"
            class="first push"
            onClick={() => {
              asking.value = true;
            }}
          >
            New train…
          </button>
        )}
      </div>
      {items ? <TrainTable items={items} /> : <p class="waiting">Looking…</p>}
      <More more={more} />
      {asking.value && (
        <TrainDialog
          close={() => {
            asking.value = false;
          }}
        />
      )}
    </>
  );
}

function TrainTable({ items }: { items: TrainView[] }) {
  if (items.length === 0)
    return (
      <p class="waiting">
        No train has left yet. A train deploys several releases in order; if one fails, those before it go
        back.
      </p>
    );
  return (
    <Table of="Trains" columns={["Train", "Status", "Deployments", "Began", "Took", "By", "Why"]}>
      {items.map((one) => (
        <tr key={one.id}>
          <td class="why">
            <a href={linkTo({ page: "train", id: one.id })}>{one.name ?? targetsIn(one)}</a>
          </td>
          <td>
            <StatusBadge status={one.status} />
          </td>
          <td>
            {one.progress.done} of {one.progress.total}{" "}
            <small>
              in {one.stops.length} {one.stops.length === 1 ? "stop" : "stops"}
            </small>
          </td>
          <td>
            <When at={one.createdAt} />
          </td>
          <td>{one.endedAt && duration(Date.parse(one.endedAt) - Date.parse(one.createdAt))}</td>
          <td>{one.createdBy}</td>
          <td class="why">{one.reason}</td>
        </tr>
      ))}
    </Table>
  );
}

/** What a train without a name is known by. */
export function targetsIn({ stops }: TrainView): string {
  const all = stops.flatMap((stop) => stop.deployments);
  const named = all.slice(0, 3).map((one) => `${one.app}/${one.environment}`);
  return all.length > named.length
    ? `${named.join(", ")} and ${all.length - named.length} more`
    : named.join(", ");
}
