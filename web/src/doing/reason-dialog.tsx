// A word that cannot be taken back, or that others will want to know the reason of: asked once more, with a reason.
import { useSignal } from "@preact/signals";
import { Dialog } from "../parts/dialog.tsx";
import { Refusal } from "../parts/refusal.tsx";
import { useDoing } from "./use-doing.ts";

type ReasonDialogProps = {
  title: string;
  /** What becomes of it. */
  tells: string;
  /** On the button. */
  word: string;
  isGrave: boolean;
  /** Answers what is told afterwards. */
  act: (reason: string | undefined) => Promise<string>;
  close: (told?: string) => void;
};

export function ReasonDialog({ title, tells, word, isGrave, act, close }: ReasonDialogProps) {
  const reason = useSignal("");
  const { busy, error, run } = useDoing();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(() => act(reason.value.trim() || undefined), close);
  };
  return (
    <Dialog title={title} close={() => close()}>
      <form onSubmit={submit}>
        <p>{tells}</p>
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
          <button type="submit" class={`first ${isGrave ? "danger" : ""}`} disabled={busy.value}>
            {word}
          </button>
          <button type="button" onClick={() => close()}>
            Leave it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
