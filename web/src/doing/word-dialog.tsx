// A word that cannot be taken back, or that others will want to know the reason of: asked once more, with a reason.
import { useSignal } from "@preact/signals";
import { type Action, api, type DeploymentView } from "../api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Refusal } from "../parts/refusal.tsx";
import { useDoing } from "./use-doing.ts";

export type GraveWord = Extract<Action, "abort" | "reject" | "approve">;

const TELLS: Record<GraveWord, string> = {
  abort: "What has been changed is taken back; what has not been begun is not.",
  reject: "The deployment goes no further; what has been changed is taken back.",
  approve: "The deployment goes on at once.",
};

type Props = { deployment: DeploymentView; word: GraveWord; close: (told?: string) => void };

export function WordDialog({ deployment, word, close }: Props) {
  const reason = useSignal("");
  const { busy, error, run } = useDoing();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const why = reason.value.trim() || undefined;
    void run(
      () => api().deployments.act(deployment.id, word, why),
      (answer) => close(`${word}: ${answer.status.replaceAll("_", " ")}`),
    );
  };
  const title = word.slice(0, 1).toUpperCase() + word.slice(1);
  return (
    <Dialog
      title={`${title} ${deployment.version} on ${deployment.app}/${deployment.environment}?`}
      close={() => close()}
    >
      <form onSubmit={submit}>
        <p>{TELLS[word]}</p>
        <label for="reason">Reason (others will read it)</label>
        <input
          id="reason"
          maxLength={500}
          autocomplete="off"
          value={reason.value}
          onInput={(event) => {
            reason.value = event.currentTarget.value;
          }}
        />
        <Refusal error={error.value} />
        <div class="tools">
          <button type="submit" class={`first ${word === "approve" ? "" : "danger"}`} disabled={busy.value}>
            {title}
          </button>
          <button type="button" onClick={() => close()}>
            Leave it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
