// One call to Elastic Load Balancing: with a time-out, and with its errors in Tutti's words.
import { TuttiError } from "#core/errors.ts";

const CALL_MILLISECONDS = 10_000;

export async function callElb<Output>(
  operation: string,
  send: (options: { abortSignal: AbortSignal }) => Promise<Output>,
): Promise<Output> {
  try {
    return await send({ abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) });
  } catch (cause) {
    throw translate(`elasticloadbalancing:${operation}`, cause);
  }
}

/** Whether it is that answer of the load balancer, e.g. `TargetGroupNotFoundException`. */
export function isElbError(error: unknown, ...names: string[]): boolean {
  const { cause } = error as Error;
  return error instanceof TuttiError && names.includes((cause as Error | undefined)?.name ?? "");
}

function translate(action: string, cause: unknown): TuttiError {
  // What keeps the call from being made, such as a role that may not be assumed, has its words already.
  if (cause instanceof TuttiError) return cause;
  const { name, message } = cause as Error;
  if (/AccessDenied|OperationNotPermitted/.test(name))
    return new TuttiError("platform_denied", `${action} was denied: ${message}`, { cause });
  if (name === "AbortError" || name === "TimeoutError")
    return new TuttiError("unreachable", `${action} did not answer within ${CALL_MILLISECONDS / 1000} s.`, {
      cause,
    });
  return new TuttiError("driver_failed", `${action} failed: ${name}: ${message}`, { cause });
}
