// Deploys a release, or goes back to one. The button is live only when the plan of exactly this choice has been shown.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ClientError } from "#client/client-error.ts";
import { api, type EnvironmentView, type PlanView, type ReleaseView } from "../api.ts";
import { may } from "../me.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Refusal } from "../parts/refusal.tsx";
import { linkTo } from "../route.ts";
import { dateTime } from "../time.ts";
import { ClosedNote, closedNow } from "./closed-note.tsx";
import { PlanPreview } from "./plan-preview.tsx";
import { useDoing } from "./use-doing.ts";

export type DeployProps = {
  app: string;
  environment: string;
  /** back: to the release that is chosen, superseding whatever is under way. */
  way: "forward" | "back";
  /** Chosen from the start. */
  version?: string | undefined;
  /** Runs there now. */
  running?: string | null | undefined;
  /** The environment's settings, where they are known. */
  place?: EnvironmentView | undefined;
  close: () => void;
};

export function DeployDialog({ app, environment, way, version, running, place, close }: DeployProps) {
  const releases = useSignal<ReleaseView[] | null>(null);
  const chosen = useSignal(version ?? "");
  const plan = useSignal<PlanView | null>(null);
  const override = useSignal("");
  const { busy, error, run } = useDoing();
  // What ran there before passes a freeze; whether it did the API knows, and says so.
  const refusedAsFrozen = useSignal(false);
  const closed = way === "forward" ? closedNow(place) : null;
  const isHeld = closed !== null || refusedAsFrozen.value;
  const passes = !isHeld || (may("admin") && override.value.trim() !== "");
  useEffect(() => {
    void run(
      () => api().releases.list(app, { limit: 50 }),
      ({ items }) => {
        releases.value = items;
        chosen.value ||= items.find((one) => one.version !== running)?.version ?? "";
        preview();
      },
    );
  }, []);
  useEffect(() => {
    if (error.value instanceof ClientError && error.value.code === "frozen") refusedAsFrozen.value = true;
  }, [error.value]);
  const preview = async () => {
    plan.value = null;
    const wanted = chosen.value;
    if (!wanted) return;
    try {
      const shown = await planOf(way, app, environment, wanted);
      if (chosen.value === wanted) plan.value = shown;
      error.value = null;
    } catch (thrown) {
      if (chosen.value === wanted) error.value = thrown as Error;
    }
  };
  const choose = (text: string) => {
    chosen.value = text;
    void preview();
  };
  const go = () =>
    run(
      () => begin(way, app, { environment, version: chosen.value }, isHeld ? override.value.trim() : null),
      ({ id }) => {
        close();
        location.hash = linkTo({ page: "deployment", id });
      },
    );
  const doing = way === "back" ? "Roll back" : "Deploy";
  return (
    <Dialog title={`${doing} ${app}/${environment}`} close={close}>
      <label for="release">{way === "back" ? "Back to" : "Release"}</label>
      <select
        id="release"
        value={chosen.value}
        onChange={(event) => choose(event.currentTarget.value)}
        disabled={!releases.value}
      >
        {(releases.value ?? []).map((one) => (
          <option key={one.id} value={one.version}>
            {one.version}
            {one.version === running ? " (runs now)" : ""}, {dateTime(one.createdAt)}
          </option>
        ))}
      </select>
      {releases.value?.length === 0 && <p class="waiting">There is no release of {app} yet.</p>}
      {plan.value ? (
        <PlanPreview plan={plan.value} />
      ) : (
        chosen.value && !error.value && <p class="waiting">Asking for the plan…</p>
      )}
      {isHeld && <ClosedNote environment={environment} closed={closed} reason={override} />}
      <Refusal error={error.value} />
      <div class="tools">
        <button
          type="button"
          class={`first ${way === "back" ? "danger" : ""}`}
          disabled={!plan.value || !passes || busy.value}
          onClick={go}
        >
          {busy.value ? "…" : `${doing} ${way === "back" ? "to " : ""}${chosen.value}`}
        </button>
        <button type="button" onClick={close}>
          Leave it
        </button>
      </div>
    </Dialog>
  );
}

function planOf(way: DeployProps["way"], app: string, environment: string, version: string) {
  const { deployments } = api();
  return way === "back"
    ? deployments.planRollback(app, { environment, version })
    : deployments.plan(app, { environment, version });
}

/** The key makes a second press, or an answer that was lost, one deployment. `override`: an admin's word against a freeze. */
function begin(
  way: DeployProps["way"],
  app: string,
  wanted: { environment: string; version: string },
  override: string | null,
) {
  const { deployments } = api();
  const options = { idempotencyKey: crypto.randomUUID() };
  const asked = override ? { ...wanted, override: { reason: override } } : wanted;
  return way === "back" ? deployments.rollback(app, asked, options) : deployments.create(app, asked, options);
}
