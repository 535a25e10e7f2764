// What may be done to a target: deploy, roll back, scale, restart, heal.
import { useSignal } from "@preact/signals";
import { api, type EnvironmentView, type TargetView } from "../api.ts";
import { may } from "../me.ts";
import { Refusal } from "../parts/refusal.tsx";
import { DeployDialog } from "./deploy-dialog.tsx";
import { RestartDialog } from "./restart-dialog.tsx";
import { ScaleDialog } from "./scale-dialog.tsx";
import { useDoing } from "./use-doing.ts";

type ActionsProps = {
  target: TargetView;
  /** The environment's settings, once they are known: what asks about its calendar and its approvals is not offered before. */
  place: EnvironmentView | undefined;
};

export function TargetActions({ target, place }: ActionsProps) {
  const { app, environment, release } = target;
  const asking = useSignal<"deploy" | "back" | "scale" | "restart" | null>(null);
  const told = useSignal("");
  const { busy, error, run } = useDoing();
  if (!may("deploy", { app, environment })) return null;
  const ask = (what: "deploy" | "back" | "scale" | "restart") => () => {
    asking.value = what;
  };
  const close = () => {
    asking.value = null;
  };
  const heal = () =>
    run(
      () => api().targets.heal(app, environment),
      (pass) => {
        told.value = pass.summary;
      },
    );
  return (
    <div class="tools actions">
      <button type="button" class="first" onClick={ask("deploy")} disabled={place === undefined}>
        Deploy…
      </button>
      <button type="button" onClick={ask("back")} disabled={place === undefined || release === null}>
        Roll back…
      </button>
      {target.kind !== "function" && (
        <>
          <button type="button" onClick={ask("scale")} disabled={release === null}>
            Scale…
          </button>
          <button type="button" onClick={ask("restart")} disabled={place === undefined || release === null}>
            Restart…
          </button>
        </>
      )}
      <button type="button" onClick={heal} disabled={busy.value || release === null}>
        Heal
      </button>
      <output aria-live="polite">{told.value}</output>
      <Refusal error={error.value} />
      {(asking.value === "deploy" || asking.value === "back") && (
        <DeployDialog
          app={app}
          environment={environment}
          way={asking.value === "back" ? "back" : "forward"}
          running={release}
          place={place}
          close={close}
        />
      )}
      {asking.value === "scale" && <ScaleDialog target={target} close={close} />}
      {asking.value === "restart" && <RestartDialog target={target} place={place} close={close} />}
    </div>
  );
}
