// The border to the platform: what a driver throws becomes an error of the table, so that the workflow's Retry and
// Catch see a name they know.
import { type ErrorCode, TuttiError } from "#core/errors.ts";

const DENIED = /AccessDenied|Unauthorized|NotAuthorized|Forbidden/i;
const SILENT = /Timeout|TimedOut|ECONN|ENOTFOUND|EHOSTUNREACH|NetworkingError/i;

/** Runs a driver's verb. */
export async function asking<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asTuttiError(error, "driver_failed");
  }
}

export function asTuttiError(error: unknown, otherwise: ErrorCode): TuttiError {
  if (error instanceof TuttiError) return error;
  const { name = "Error", message = String(error) } = error as Error;
  const known = DENIED.test(name) ? "platform_denied" : SILENT.test(name) ? "unreachable" : otherwise;
  return new TuttiError(known, `${name}: ${message}`, { cause: error });
}
