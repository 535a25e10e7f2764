// Fresh copies of the release that runs.
import { api, type EnvironmentView, type TargetView } from "../api.ts";
import { closedWords } from "../parts/calendar.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Refusal } from "../parts/refusal.tsx";
import { closedNow } from "./closed-note.tsx";
import { useDoing } from "./use-doing.ts";

type RestartProps = { target: TargetView; place: EnvironmentView | undefined; close: () => void };

export function RestartDialog({ target, place, close }: RestartProps) {
  const closed = closedNow(place);
  const { busy, error, run } = useDoing();
  const { app, environment, release, replicas } = target;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    void run(() => api().targets.restart(app, environment), close);
  };
  return (
    <Dialog title={`Restart ${app}/${environment}`} close={close}>
      <form onSubmit={submit}>
        <p>
          {replicas.length} {replicas.length === 1 ? "copy" : "copies"} of {release} give way to fresh ones,
          batch by batch as in a rollout.
        </p>
        {closed && <p class="alarm">❄ {closedWords(environment, closed)} A restart waits for that, too.</p>}
        <Refusal error={error.value} />
        <div class="tools">
          <button type="submit" class="first" disabled={busy.value}>
            Restart
          </button>
          <button type="button" onClick={close}>
            Leave it
          </button>
        </div>
      </form>
    </Dialog>
  );
}
