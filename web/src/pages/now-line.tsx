// What is being played at this moment, how long it still takes where that is known, and what comes after it.
import type { DeploymentView } from "../api.ts";
import { useNow } from "../score/measures.ts";
import { duration } from "../time.ts";

type Step = DeploymentView["steps"][number];

export function NowLine({ deployment }: { deployment: DeploymentView }) {
  const { endedAt, status, steps } = deployment;
  const now = useNow(endedAt === null);
  const playing = steps.find((step) => step.status === "running");
  if (endedAt !== null || !playing) return null;
  const next = steps.find((step) => step.status === "pending");
  return (
    <p class="facts now">
      <span aria-hidden="true">{status === "paused" ? "‖" : "▶"}</span> <strong>{playing.label}</strong>
      {leftOf(playing, now)}
      {next && ` · then ${next.label}`}
    </p>
  );
}

/** Only a bake and an approval have a length of their own. */
function leftOf({ type, seconds, startedAt }: Step, now: number): string {
  if (seconds === undefined || startedAt === null || (type !== "bake" && type !== "approval")) return "";
  const left = Date.parse(startedAt) + seconds * 1000 - now;
  return left > 0 ? `, ${duration(Math.ceil(left / 1000) * 1000)} ${type === "bake" ? "to go" : "left"}` : "";
}
