// A deployment under way in one line: its version, its status, and how far it is.
import type { DeploymentView } from "../api.ts";
import { linkTo } from "../route.ts";
import { StatusBadge } from "./status-badge.tsx";
import "./progress.css";

export function Progress({ deployment }: { deployment: DeploymentView }) {
  const { id, version, status, progress, createdBy } = deployment;
  const share = progress.total === 0 ? 0 : progress.done / progress.total;
  return (
    <a class="progress" href={linkTo({ page: "deployment", id })} title={`by ${createdBy}`}>
      <span>
        → {version} <StatusBadge status={status} />
      </span>
      <span class="track" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      <small>
        {progress.total > 0 && `${progress.done} of ${progress.total} steps, `}by {createdBy}
      </small>
    </a>
  );
}
