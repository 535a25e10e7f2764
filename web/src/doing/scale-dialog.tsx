// Another number of replicas.
import { useSignal } from "@preact/signals";
import { api, type TargetView } from "../api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { useDoing } from "./use-doing.ts";

export function ScaleDialog({ target, close }: { target: TargetView; close: () => void }) {
  const count = useSignal(target.desired);
  const { busy, error, run } = useDoing();
  const { app, environment } = target;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(() => api().targets.scale(app, environment, count.value), close);
  };
  return (
    <Dialog title={`Scale ${app}/${environment}`} close={close}>
      <form onSubmit={submit}>
        <label for="count">Replicas (now {target.desired})</label>
        <input
          id="count"
          type="number"
          min="1"
          max="10000"
          required
          value={count.value}
          onInput={(event) => {
            count.value = event.currentTarget.valueAsNumber;
          }}
        />
        {count.value < target.desired && (
          <p class="note-box">{target.desired - count.value} will be drained and taken away.</p>
        )}
        <FormFoot error={error.value} disabled={busy.value || !(count.value >= 1)} close={close}>
          Scale to {Number.isNaN(count.value) ? "…" : count.value}
        </FormFoot>
      </form>
    </Dialog>
  );
}
