// Every deployment, newest first, by status.
import { useSignal } from "@preact/signals";
import { END_STATUSES, OPEN_STATUSES } from "#core/domain/deployment.ts";
import { api } from "../api.ts";
import { DeploymentTable } from "../parts/deployment-table.tsx";
import { More } from "../parts/more.tsx";
import { usePages } from "../parts/pages-of.ts";

export function DeploymentsPage() {
  const status = useSignal("");
  const app = useSignal("");
  const wanted = {
    ...(status.value ? { status: status.value } : {}),
    ...(app.value.trim() ? { app: app.value.trim() } : {}),
  };
  const { items, more } = usePages(`deployments ${JSON.stringify(wanted)}`, "deployments", (query, signal) =>
    api().call("GET /v1/deployments", { query: { ...query, ...wanted } }, { signal }),
  );
  return (
    <>
      <h1>Deployments</h1>
      <div class="filters">
        <label>
          Status
          <select
            value={status.value}
            onChange={(event) => {
              status.value = event.currentTarget.value;
            }}
          >
            <option value="">any</option>
            {[...OPEN_STATUSES, ...END_STATUSES].map((one) => (
              <option key={one} value={one}>
                {one.replaceAll("_", " ")}
              </option>
            ))}
          </select>
        </label>
        <label>
          App
          <input
            value={app.value}
            autocomplete="off"
            onChange={(event) => {
              app.value = event.currentTarget.value;
            }}
          />
        </label>
      </div>
      {items ? <DeploymentTable rows={items} of="Deployments" /> : <p class="waiting">Looking…</p>}
      <More more={more} />
    </>
  );
}
