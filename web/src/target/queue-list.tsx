// Who waits for the target, in order.
import type { DeploymentView } from "../api.ts";
import { When } from "../parts/when.tsx";
import { linkTo } from "../route.ts";
import "./queue-list.css";

type QueueProps = { queue: string[]; deployments: DeploymentView[] };

export function QueueList({ queue, deployments }: QueueProps) {
  const byId = new Map(deployments.map((one) => [one.id, one]));
  return (
    <ol class="queue panel">
      {queue.map((id) => {
        const one = byId.get(id);
        return (
          <li key={id}>
            <a href={linkTo({ page: "deployment", id })}>{one?.version ?? "a deployment"}</a>
            {one && (
              <small>
                {" "}
                by {one.createdBy}, <When at={one.createdAt} />
                {one.reason && `: ${one.reason}`}
              </small>
            )}
          </li>
        );
      })}
    </ol>
  );
}
