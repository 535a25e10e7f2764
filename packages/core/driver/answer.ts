// What a driver function answers to whoever asks it directly. Of an error that is thrown Lambda passes on a name and a sentence and
// nothing else, so what a driver refuses travels whole, as a value: its code, where the fault is and what is allowed there.
// The workflow is not answered so: its Retry and Catch go by the names of what is thrown.
import { ERRORS, type ErrorCode, type FieldError, TuttiError } from "../errors.ts";
import type { DirectRequest, DriverRequest } from "../rollout/messages.ts";

type Refusal = { code: ErrorCode; detail: string; errors: FieldError[]; extra: Record<string, unknown> };

export type Answer = { ok: true; value: unknown } | { ok: false; refusal: Refusal };

const DIRECT: Record<DirectRequest["verb"], true> = {
  inspect: true,
  preview: true,
  heal: true,
  retire: true,
  diagnose: true,
};

export function isDirect(request: DriverRequest): request is DirectRequest {
  return Object.hasOwn(DIRECT, request.verb);
}

/** What has no code of the table is thrown still. */
export async function answerOf(asked: Promise<unknown>): Promise<Answer> {
  try {
    return { ok: true, value: await asked };
  } catch (error) {
    if (!(error instanceof TuttiError)) throw error;
    const { code, message, errors, extra } = error;
    return { ok: false, refusal: { code, detail: message, errors, extra } };
  }
}

/** The value, or the same error thrown as where the driver was asked. */
export function valueIn(answer: Answer): unknown {
  if (answer.ok) return answer.value;
  const { code, detail, errors, extra } = answer.refusal;
  // Functions are updated one after the other: a newer one may know a code that this one does not.
  throw new TuttiError(Object.hasOwn(ERRORS, code) ? code : "driver_failed", detail, { errors, extra });
}
