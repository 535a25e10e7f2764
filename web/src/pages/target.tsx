// One target: its replicas as they are now, the way to them, and its deployments.
import { useSignal } from "@preact/signals";
import { api, type DeploymentView, type TargetView } from "../api.ts";
import { useLive } from "../connection.ts";
import { Table } from "../parts/table.tsx";
import { linkTo } from "../route.ts";
import { dateTime, duration } from "../time.ts";
import { DeploymentTable } from "./hall.tsx";

const REFRESH_MILLISECONDS = 3_000;

export function TargetPage({ app, environment }: { app: string; environment: string }) {
  const target = useSignal<TargetView | null>(null);
  const deployments = useSignal<DeploymentView[]>([]);
  useLive(`${app}/${environment}`, async (stop) => {
    [target.value, deployments.value] = await Promise.all([
      api().target(app, environment, stop),
      api().deploymentsOf(app, environment, stop),
    ]);
    return REFRESH_MILLISECONDS;
  });
  if (!target.value) return <p class="waiting">Looking…</p>;
  const now = target.value;
  return (
    <>
      <h1>
        {app}/{environment} <small>{now.kind}</small>
      </h1>
      <p class="facts">
        {now.release ? `runs ${now.release}` : "nothing runs"} · {now.replicas.length} of {now.desired}{" "}
        replicas · {now.endpoint ? <a href={now.endpoint}>{now.endpoint}</a> : "no endpoint yet"}
      </p>
      {now.degraded && <p class="alarm">Degraded: {String(now.degraded)}</p>}
      {now.drift.length > 0 && <p class="alarm">Drift: {now.drift.join("; ")}</p>}
      {now.activeDeployment && (
        <p>
          <a href={linkTo({ page: "deployment", id: now.activeDeployment })}>A deployment is under way</a>
        </p>
      )}
      <h2>Replicas</h2>
      <Replicas replicas={now.replicas} />
      <h2>Deployments</h2>
      <DeploymentTable rows={deployments.value} />
    </>
  );
}

function Replicas({ replicas }: { replicas: TargetView["replicas"] }) {
  return (
    <Table columns={["Replica", "Release", "Health", "Address", "Age"]}>
      {replicas.map((one) => (
        <tr key={one.id}>
          <td>{one.id}</td>
          <td>{one.version}</td>
          <td>
            <span class={`dot ${one.health}`}>{one.health}</span>
          </td>
          <td>
            <code>{one.address}</code>
          </td>
          <td title={one.startedAt ? dateTime(one.startedAt) : ""}>
            {one.startedAt ? duration(Date.now() - Date.parse(one.startedAt)) : ""}
          </td>
        </tr>
      ))}
    </Table>
  );
}
