// Fresh copies of the release that runs. A freeze holds them up as it does a release.
import { useSignal } from "@preact/signals";
import { api, type EnvironmentView, type TargetView } from "../api.ts";
import { may } from "../me.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { ClosedNote, closedNow } from "./closed-note.tsx";
import { useDoing } from "./use-doing.ts";

type RestartProps = { target: TargetView; place: EnvironmentView | undefined; close: () => void };

export function RestartDialog({ target, place, close }: RestartProps) {
  const closed = closedNow(place);
  const reason = useSignal("");
  const passes = !closed || (may("admin") && reason.value.trim() !== "");
  const { busy, error, run } = useDoing();
  const { app, environment, release, replicas } = target;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const word = closed ? { override: { reason: reason.value.trim() } } : {};
    void run(() => api().targets.restart(app, environment, word), close);
  };
  return (
    <Dialog title={`Restart ${app}/${environment}`} close={close}>
      <form onSubmit={submit}>
        <p>
          {replicas.length} {replicas.length === 1 ? "copy" : "copies"} of {release} give way to fresh ones,
          batch by batch as in a rollout.
        </p>
        {closed && <ClosedNote environment={environment} closed={closed} reason={reason} />}
        <FormFoot error={error.value} disabled={busy.value || !passes} close={close}>
          Restart
        </FormFoot>
      </form>
    </Dialog>
  );
}
