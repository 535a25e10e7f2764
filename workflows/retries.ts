// What is tried again, and what is caught. Names of Tutti's errors come from the error table, so that none is
// matched which nobody throws.
import { ERRORS, type ErrorCode, errorName } from "#core/errors.ts";
import type { Catcher, Retrier } from "./asl.ts";

/** Hiccups of Lambda itself (Step Functions Developer Guide, "Handle transient Lambda service exceptions"). */
const LAMBDA_HICCUPS: Retrier = {
  ErrorEquals: [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
    "Lambda.ClientExecutionTimeoutException",
  ],
  IntervalSeconds: 1,
  MaxAttempts: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 8,
  JitterStrategy: "FULL",
};

/** `fenced` is no failure, `still_running` has a retrier of its own. */
const RETRYABLE = (Object.keys(ERRORS) as ErrorCode[]).filter(
  (code) => ERRORS[code].retryable && code !== "still_running",
);

const TUTTI_ERRORS: Retrier = {
  ErrorEquals: RETRYABLE.map(errorName),
  IntervalSeconds: 1,
  MaxAttempts: 3,
  BackoffRate: 2,
  MaxDelaySeconds: 8,
  JitterStrategy: "FULL",
};

/** Nobody knows how far it came; every verb may run twice. The names are those of a function that ran out of its time, its memory, or died. */
const LOST: Retrier = {
  ErrorEquals: ["States.Timeout", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError"],
  IntervalSeconds: 1,
  MaxAttempts: 1,
  BackoffRate: 1,
  JitterStrategy: "FULL",
};

/** What is asked for is on its way: asked again at once, so often at most. */
export function stillRunning(MaxAttempts: number): Retrier {
  return {
    ErrorEquals: [errorName("still_running")],
    IntervalSeconds: 1,
    MaxAttempts,
    BackoffRate: 1,
    JitterStrategy: "NONE",
  };
}

/** Its replicas are on their way, for as long as the slowest drain takes. */
export const STILL_RUNNING = stillRunning(300);

export const TRY_AGAIN: Retrier[] = [LAMBDA_HICCUPS, TUTTI_ERRORS, LOST];

/** For what waits for a token, a time-out is an answer. */
export const TRY_AGAIN_WAITING: Retrier[] = [
  LAMBDA_HICCUPS,
  TUTTI_ERRORS,
  { ...LOST, ErrorEquals: LOST.ErrorEquals.filter((name) => name !== "States.Timeout") },
];

/** StartExecution of the workflow itself. */
export const TRY_STARTING_AGAIN: Retrier[] = [
  {
    ErrorEquals: ["StepFunctions.SdkClientException", "StepFunctions.ServiceException", "States.Timeout"],
    IntervalSeconds: 1,
    MaxAttempts: 5,
    BackoffRate: 2,
    MaxDelaySeconds: 8,
    JitterStrategy: "FULL",
  },
];

/** A newer execution has taken over: this one ends quietly, everything else goes to `next` with the error. */
export function otherwise(next: string): Catcher[] {
  return [
    { ErrorEquals: [errorName("fenced")], Next: "Done" },
    { ErrorEquals: ["States.ALL"], Next: next, Output: { error: "{% $states.errorOutput %}" } },
  ];
}
