// The function that plays the image workflow: one verb for each of its tasks. It makes images and nothing else: it knows
// neither the store nor a group.
import * as z from "zod/mini";
import type { TargetAccount } from "#core/domain/environment.ts";
import { TuttiError } from "#core/errors.ts";
import { createBakers } from "#functions/deps/baker.ts";
import { createLog } from "#functions/deps/log.ts";
import {
  awaitInstance,
  awaitScript,
  type Baking,
  bootCopy,
  checkCopy,
  install,
  keepImage,
  launchBuilder,
  makeImage,
  stopBuilder,
} from "#targets/vm/image/bake.ts";
import { cleanUp } from "#targets/vm/image/clean-up.ts";

const bakerIn = createBakers(process.env);
const log = createLog("image");

const TASKS = {
  launchBuilder,
  awaitInstance,
  install,
  awaitScript,
  stopBuilder,
  makeImage,
  bootCopy,
  checkCopy,
  keepImage,
};

const request = z.looseObject({
  verb: z.enum([...(Object.keys(TASKS) as [keyof typeof TASKS]), "cleanUp"]),
  execution: z.string().check(z.minLength(1)),
  account: z.optional(z.object({ id: z.string(), externalId: z.string(), region: z.optional(z.string()) })),
});

export async function handler(event: unknown): Promise<unknown> {
  const parsed = request.safeParse(event);
  if (!parsed.success) throw refused(parsed.error.issues[0]!);
  const { verb, execution, account } = parsed.data;
  log.info("asked", { verb, execution });
  const baker = bakerIn(account as TargetAccount | undefined);
  if (verb === "cleanUp") return cleanUp(baker, parsed.data);
  return TASKS[verb](baker, parsed.data as unknown as Baking);
}

function refused({ path, message }: { path: PropertyKey[]; message: string }): TuttiError {
  return new TuttiError("invalid_input", `${path.join(".") || "the event"}: ${message}`);
}
