// Puts a train together, deployment by deployment, and starts it. The button is live only when the plan of exactly this
// train has been shown.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api, type TrainPlanView } from "../api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { linkTo } from "../route.ts";
import { bodyOf, stopsOf, type WantedMember } from "../train/wanted-train.ts";
import { type Choices, MemberFields } from "./member-fields.tsx";
import { TrainPlan } from "./train-plan.tsx";
import { useDoing } from "./use-doing.ts";
import "./train-dialog.css";

const NONE: WantedMember = { app: "", environment: "", version: "", isBeside: false };

export function TrainDialog({ close }: { close: () => void }) {
  const name = useSignal("");
  const wanted = useSignal<WantedMember[]>([NONE]);
  const choices = useSignal<Choices>({ apps: [], environments: [] });
  const plan = useSignal<TrainPlanView | null>(null);
  const { busy, error, run } = useDoing();
  useEffect(() => {
    void run(chooseFrom, (answer) => {
      choices.value = answer;
    });
  }, []);
  const change = (members: WantedMember[]) => {
    wanted.value = members;
    plan.value = null;
    error.value = null;
    void preview();
  };
  const preview = async () => {
    const asked = wanted.value;
    const body = bodyOf(name.value, asked);
    if (!body) return;
    try {
      const shown = await api().trains.plan(body);
      if (wanted.value === asked) plan.value = shown;
    } catch (thrown) {
      if (wanted.value === asked) error.value = thrown as Error;
    }
  };
  const go = (event: SubmitEvent) => {
    event.preventDefault();
    const body = bodyOf(name.value, wanted.value);
    if (!body || !plan.value) return;
    void run(
      () => api().trains.create(body, { idempotencyKey: crypto.randomUUID() }),
      ({ id }) => {
        close();
        location.hash = linkTo({ page: "train", id });
      },
    );
  };
  const stops = stopsOf(wanted.value);
  const isWhole = bodyOf(name.value, wanted.value) !== null;
  return (
    <Dialog title="New train" close={close}>
      <form onSubmit={go}>
        <p class="waiting">In order. If one fails, those before it go back, the last one first.</p>
        <label for="name">Name (what people call it)</label>
        <input
          id="name"
          maxLength={100}
          autocomplete="off"
          value={name.value}
          onInput={(event) => {
            name.value = event.currentTarget.value;
          }}
        />
        {wanted.value.map((one, i) => (
          <MemberFields
            key={i}
            member={one}
            stop={stops[i]!}
            isFirst={i === 0}
            choices={choices.value}
            set={(member) => change(wanted.value.with(i, member))}
            remove={wanted.value.length > 1 ? () => change(wanted.value.toSpliced(i, 1)) : null}
          />
        ))}
        <button type="button" onClick={() => change([...wanted.value, NONE])}>
          Add a deployment
        </button>
        {plan.value ? (
          <TrainPlan plan={plan.value} />
        ) : (
          isWhole && !error.value && <p class="waiting">Asking for the plan…</p>
        )}
        <FormFoot error={error.value} disabled={!plan.value || busy.value} close={close}>
          Start the train
        </FormFoot>
      </form>
    </Dialog>
  );
}

async function chooseFrom(): Promise<Choices> {
  const apps = await api().apps.list({ limit: 200 });
  const environments = await api().environments.list({ limit: 200 });
  return {
    apps: apps.items.map((one) => one.app).sort(),
    environments: environments.items.map((one) => one.name).sort(),
  };
}
