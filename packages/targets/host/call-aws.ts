// One call to AWS: with a time-out, and with its errors in Tutti's words.
import { TuttiError } from "#core/errors.ts";

const CALL_MILLISECONDS = 10_000;
const DENIED = /AccessDenied|NotAuthorized|UnauthorizedOperation/;

/** `alsoDenied`: a word of that service's own for what somebody may not do. */
export async function callAws<T>(
  action: string,
  send: (signal: AbortSignal) => Promise<T>,
  alsoDenied?: string,
): Promise<T> {
  try {
    return await send(AbortSignal.timeout(CALL_MILLISECONDS));
  } catch (cause) {
    throw translate(action, cause, alsoDenied);
  }
}

/** Whether AWS answered with that error, e.g. `InvalidAMIID.NotFound`. */
export function isAwsError(error: unknown, ...names: string[]): boolean {
  const { cause } = error as Error;
  return error instanceof TuttiError && names.includes((cause as Error | undefined)?.name ?? "");
}

function translate(action: string, cause: unknown, alsoDenied: string | undefined): TuttiError {
  // What keeps the call from being made, such as a role that may not be assumed, has its words already.
  if (cause instanceof TuttiError) return cause;
  const { name, message } = cause as Error;
  if (DENIED.test(name) || name === alsoDenied)
    return new TuttiError("platform_denied", `${action} was denied: ${message}`, { cause });
  if (name === "AbortError" || name === "TimeoutError")
    return new TuttiError("unreachable", `${action} did not answer within ${CALL_MILLISECONDS / 1000} s.`, {
      cause,
    });
  return new TuttiError("driver_failed", `${action} failed: ${name}: ${message}`, { cause });
}
