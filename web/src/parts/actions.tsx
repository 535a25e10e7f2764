// What may be done to a deployment in its status; what the API answered is shown, refusals included.
import { useSignal } from "@preact/signals";
import { ClientError } from "#client/client-error.ts";
import { api, type DeploymentView } from "../api.ts";
import { linkTo } from "../route.ts";
import { turnAway } from "../session.ts";

type Word = "pause" | "resume" | "promote" | "approve" | "reject" | "abort";

const OFFERED: Record<string, Word[]> = {
  queued: ["abort"],
  planning: ["abort"],
  awaiting_approval: ["approve", "reject", "abort"],
  running: ["pause", "promote", "abort"],
  paused: ["resume", "abort"],
};

/** Words that cannot be taken back ask once more. */
const ASK_FIRST: Partial<Record<Word, string>> = {
  abort: "Abort? What was changed is rolled back.",
  reject: "Reject this deployment?",
};

export function Actions({ deployment }: { deployment: DeploymentView }) {
  const answer = useSignal<string | null>(null);
  const say = (act: () => Promise<string>) => {
    answer.value = "…";
    act().then(
      (words) => {
        answer.value = words;
      },
      (error: Error) => {
        if (error instanceof ClientError && error.status === 401) turnAway();
        const nobody = error instanceof ClientError && error.status === 0;
        answer.value = `${nobody ? "No answer" : "Refused"}: ${error.message}`;
      },
    );
  };
  const act = (word: Word) => {
    const question = ASK_FIRST[word];
    if (question && !confirm(question)) return;
    say(async () => `${word}: ${(await api().act(deployment.id, word)).status.replaceAll("_", " ")}`);
  };
  return (
    <div class="actions">
      {(OFFERED[deployment.status] ?? []).map((word) => (
        <button
          key={word}
          type="button"
          class={word === "abort" || word === "reject" ? "danger" : ""}
          onClick={() => act(word)}
        >
          {word}
        </button>
      ))}
      {deployment.status === "succeeded" && deployment.previousVersion && (
        <RollBack deployment={deployment} say={say} />
      )}
      <output aria-live="polite">{answer.value}</output>
    </div>
  );
}

function RollBack({
  deployment,
  say,
}: {
  deployment: DeploymentView;
  say: (act: () => Promise<string>) => void;
}) {
  const { app, environment, previousVersion } = deployment;
  const back = () => {
    if (!confirm(`Roll ${app}/${environment} back to ${previousVersion}?`)) return;
    say(async () => {
      const started = await api().rollback(app, environment, previousVersion!);
      location.hash = linkTo({ page: "deployment", id: started.id });
      return "";
    });
  };
  return (
    <button type="button" onClick={back}>
      roll back to {previousVersion}
    </button>
  );
}
