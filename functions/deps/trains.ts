// What the function that drives trains is handed on Lambda.

import type { TrainDeps } from "#engine/train/deps.ts";
import { prepareMember } from "#functions/api/trains/prepare-member.ts";
import { controlDeps } from "./control.ts";
import { functionMeter } from "./meter.ts";
import { readSettings } from "./settings.ts";
import { newTraceId } from "./trace-ids.ts";

export function trainDeps(env: NodeJS.ProcessEnv): TrainDeps {
  const control = { ...controlDeps(readSettings(env), "train", functionMeter(env)), newTraceId };
  return {
    ...control,
    prepare: (asked, createdBy) => prepareMember(control, asked, { name: createdBy, client: "train" }),
  };
}
