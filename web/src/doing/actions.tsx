// What may be done to a deployment: what its status allows and the token may. Light words act at once, grave ones ask.
import { useSignal } from "@preact/signals";
import { type Action, api, type DeploymentView } from "../api.ts";
import { may } from "../me.ts";
import { Refusal } from "../parts/refusal.tsx";
import { DeployDialog } from "./deploy-dialog.tsx";
import { useDoing } from "./use-doing.ts";
import { type GraveWord, WordDialog } from "./word-dialog.tsx";

const GRAVE: readonly Action[] = ["abort", "reject", "approve"];

export function Actions({ deployment }: { deployment: DeploymentView }) {
  const { app, environment, allowedActions, previousVersion, status } = deployment;
  const asking = useSignal<GraveWord | "back" | null>(null);
  const told = useSignal("");
  const { busy, error, run } = useDoing();
  const act = (word: Action) => {
    told.value = "";
    if (GRAVE.includes(word)) asking.value = word as GraveWord;
    else
      void run(
        () => api().deployments.act(deployment.id, word),
        (answer) => {
          told.value = `${word}: ${answer.status.replaceAll("_", " ")}`;
        },
      );
  };
  const close = (words = "") => {
    asking.value = null;
    told.value = words;
  };
  const place = { app, environment };
  const offered = may("operate", place) ? allowedActions : [];
  const canGoBack = status === "succeeded" && previousVersion !== null && may("deploy", place);
  return (
    <div class="tools actions">
      {offered.map((word) => (
        <button key={word} type="button" class={toneOf(word)} disabled={busy.value} onClick={() => act(word)}>
          {word}
        </button>
      ))}
      {canGoBack && (
        <button
          type="button"
          onClick={() => {
            asking.value = "back";
          }}
        >
          roll back to {previousVersion}
        </button>
      )}
      <output aria-live="polite">{told.value}</output>
      <Refusal error={error.value} />
      {asking.value === "back" && (
        <DeployDialog
          {...place}
          way="back"
          version={previousVersion ?? undefined}
          running={deployment.version}
          close={close}
        />
      )}
      {asking.value && asking.value !== "back" && (
        <WordDialog deployment={deployment} word={asking.value} close={close} />
      )}
    </div>
  );
}

function toneOf(word: Action): string {
  if (word === "abort" || word === "reject") return "danger";
  return word === "approve" || word === "resume" ? "first" : "";
}
