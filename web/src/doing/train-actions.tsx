// What may be done to a train: stopping it, which brings back what is done.
import { useSignal } from "@preact/signals";
import { api, type TrainView } from "../api.ts";
import { may } from "../me.ts";
import { ReasonDialog } from "./reason-dialog.tsx";

export function TrainActions({ train }: { train: TrainView }) {
  const asking = useSignal(false);
  const told = useSignal("");
  const close = (words = "") => {
    asking.value = false;
    told.value = words;
  };
  const act = async (reason: string | undefined) => {
    const { status } = await api().trains.abort(train.id, reason);
    return `abort: ${status.replaceAll("_", " ")}`;
  };
  return (
    <div class="tools actions">
      {may("operate") && train.allowedActions.includes("abort") && (
        <button
          type="button"
          class="danger"
          onClick={() => {
            asking.value = true;
          }}
        >
          abort
        </button>
      )}
      <output aria-live="polite">{told.value}</output>
      {asking.value && (
        <ReasonDialog
          title="Abort the train?"
          tells="What is under way is aborted, and what is done goes back, the last stop first."
          word="Abort"
          isGrave={true}
          act={act}
          close={close}
        />
      )}
    </div>
  );
}
