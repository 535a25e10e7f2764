// Errors as a state machine sees them: a name, a cause, and which Retry and Catch entries mean them.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html

export class StateError extends Error {
  readonly error: string;
  /** The field of a failed expression, e.g. `Output/total`. */
  readonly location: string | undefined;
  constructor(error: string, cause: string, location?: string) {
    super(cause);
    this.name = "StateError";
    this.error = error;
    this.location = location;
  }
}

/** The end of a whole execution, which nothing inside can catch. */
export class Ending extends Error {
  readonly status: "FAILED" | "TIMED_OUT" | "ABORTED";
  readonly error: string | undefined;
  readonly reason: string | undefined;
  constructor(status: Ending["status"], error?: string, reason?: string) {
    super(reason ?? status);
    this.status = status;
    this.error = error;
    this.reason = reason;
  }
}

/** The sandbox stops: executions are left as they are, and are carried on by the next one. */
export class Halt extends Error {}

const onlyByName = new Set(["States.DataLimitExceeded", "States.Runtime"]);
const timeouts = new Set(["States.Timeout", "States.HeartbeatTimeout"]);

/** `States.Runtime` is never matched; `States.Timeout` also means a missed heartbeat. */
export function matches(errorEquals: string[], error: string): boolean {
  if (error === "States.Runtime") return false;
  return errorEquals.some((wanted) => {
    if (wanted === error) return true;
    if (wanted === "States.ALL") return !onlyByName.has(error);
    if (wanted === "States.TaskFailed") return !onlyByName.has(error) && error !== "States.Timeout";
    return wanted === "States.Timeout" && timeouts.has(error);
  });
}

export const dataLimitBytes = 262_144;

/** The JSON of a value, refused above the limit: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export function boundedJson(value: unknown, what: string): string {
  const json = JSON.stringify(value);
  if (json.length * 3 > dataLimitBytes && Buffer.byteLength(json) > dataLimitBytes) {
    throw new StateError(
      "States.DataLimitExceeded",
      `The ${what} has a size exceeding the maximum number of bytes service limit.`,
    );
  }
  return json;
}
