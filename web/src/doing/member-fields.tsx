// One deployment of a train that is being put together: app, environment, release, and whether it goes beside the one
// before it. Only what the token may deploy is offered.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { api } from "../api.ts";
import { may } from "../me.ts";
import type { WantedMember } from "../train/wanted-train.ts";

export type Choices = { apps: string[]; environments: string[] };

type FieldsProps = {
  member: WantedMember;
  stop: number;
  isFirst: boolean;
  choices: Choices;
  set: (member: WantedMember) => void;
  /** `null`: there is no other. */
  remove: (() => void) | null;
};

export function MemberFields({ member, stop, isFirst, choices, set, remove }: FieldsProps) {
  const versions = useSignal<string[]>([]);
  const { app, environment } = member;
  useEffect(() => {
    if (!app) return;
    let isWanted = true;
    // Where it fails the list stays empty, and the plan cannot be asked for.
    void api()
      .releases.list(app, { limit: 50 })
      .then(
        ({ items }) => {
          if (isWanted) versions.value = items.map((one) => one.version);
        },
        () => {},
      );
    return () => {
      isWanted = false;
    };
  }, [app]);
  return (
    <fieldset class="member-fields">
      <legend>Stop {stop}</legend>
      <Choice
        name="App"
        value={app}
        of={choices.apps.filter((one) => may("deploy", { app: one }))}
        set={(text) => set({ ...member, app: text, version: "" })}
      />
      <Choice
        name="Environment"
        value={environment}
        of={choices.environments.filter((one) => may("deploy", { environment: one }))}
        set={(text) => set({ ...member, environment: text })}
      />
      <Choice
        name="Release"
        value={member.version}
        of={app ? versions.value : []}
        set={(text) => set({ ...member, version: text })}
      />
      <div class="tools more-fields">
        {!isFirst && (
          <label class="beside">
            <input
              type="checkbox"
              checked={member.isBeside}
              onChange={(event) => set({ ...member, isBeside: event.currentTarget.checked })}
            />{" "}
            beside the one before
          </label>
        )}
        {remove && (
          <button type="button" class="plain push" onClick={remove}>
            Take it out<span class="sr"> of the train: {app}</span>
          </button>
        )}
      </div>
    </fieldset>
  );
}

type ChoiceProps = { name: string; value: string; of: string[]; set: (text: string) => void };

function Choice({ name, value, of, set }: ChoiceProps) {
  return (
    <label>
      {name}
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        <option value="">choose…</option>
        {of.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}
