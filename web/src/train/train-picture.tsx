// A train as a line with its stops, in order; what runs side by side stands at one stop. The line is whole where the train
// has been, and broken where it is still to go or has come back from: an arrow says which way it is going.
import type { DeploymentView, TrainView } from "../api.ts";
import { Progress } from "../parts/progress.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { linkTo } from "../route.ts";
import { type StopState, stateOf } from "./stop-state.ts";
import "./train-picture.css";

type Member = TrainView["stops"][number]["deployments"][number];
type PictureProps = { train: TrainView; deployments: ReadonlyMap<string, DeploymentView> };

const SIGNS: Record<StopState, string> = {
  ahead: "○",
  here: "▶",
  done: "✓",
  goingBack: "↩",
  back: "↩",
  broken: "✕",
  passed: "–",
};

const WORDS: Record<StopState, string> = {
  ahead: "not reached yet",
  here: "the train is here",
  done: "done",
  goingBack: "going back",
  back: "back",
  broken: "failed",
  passed: "never started",
};

export function TrainPicture({ train, deployments }: PictureProps) {
  const isBack = train.status === "rolling_back";
  return (
    <section class="train panel" aria-label="Stops">
      {train.endedAt === null && (
        <p class={`heading ${isBack ? "back" : ""}`}>{isBack ? "← going back" : "going forward →"}</p>
      )}
      <ol>
        {train.stops.map(({ index, deployments: members }) => {
          const state = stateOf(members);
          return (
            <li key={index} class={`stop ${state}`}>
              <h2>
                <span class="sign" aria-hidden="true">
                  {SIGNS[state]}
                </span>{" "}
                Stop {index + 1} <small>{WORDS[state]}</small>
              </h2>
              <ul>
                {members.map((one) => (
                  <MemberCard key={`${one.app}/${one.environment}`} member={one} deployments={deployments} />
                ))}
              </ul>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

type CardProps = { member: Member; deployments: PictureProps["deployments"] };

function MemberCard({ member, deployments }: CardProps) {
  const { app, environment, version, previousVersion, status, reason } = member;
  const current = member.rollback ?? member.deployment;
  const playing = current === null ? undefined : deployments.get(current);
  const isMoving = status === "running" || status === "rolling_back";
  return (
    <li class={`member ${status}`}>
      <a href={linkTo({ page: "target", app, environment })}>
        {app}/{environment}
      </a>{" "}
      <StatusBadge status={status} />
      <p class="versions">
        {previousVersion ?? "nothing"} → <strong>{version}</strong>
      </p>
      {isMoving && playing ? <Progress deployment={playing} /> : <Ways member={member} />}
      {reason && <p class="waiting">{reason}</p>}
    </li>
  );
}

function Ways({ member: { deployment, rollback } }: { member: Member }) {
  return (
    <p class="ways">
      {deployment && <a href={linkTo({ page: "deployment", id: deployment })}>its deployment</a>}
      {rollback && <a href={linkTo({ page: "deployment", id: rollback })}>its way back</a>}
    </p>
  );
}
