// From a base image and a release to a tested image, from top to bottom: a builder is launched and installed, stopped and made
// into an image, a copy of that image is booted and its app seen healthy, and then both instances go, whatever happens. What is
// not ready yet is a retry of the same task, which watches for up to 20 s each time; what a task finds out, the next ones get.
//
// Transitions: one for each state and for each time a task comes back.
import { errorName } from "#core/errors.ts";
import { type Catcher, type Definition, jsonata, type State, type TaskState } from "./asl.ts";
import { stillRunning, TRY_AGAIN } from "./retries.ts";

export type ImageReferences = {
  /** ARN of the function that plays the tasks. */
  functionArn: string;
};

/** Above the worst case of all of its tasks. */
export const IMAGE_TIMEOUT_SECONDS = 6 * 3600;
/** Longer than the 20 s that a task watches. */
const TASK_TIMEOUT_SECONDS = 30;

export function imageDefinition(references: ImageReferences): Definition {
  const states: Record<string, State> = {
    "Launch the builder": task(references, "launchBuilder", { Next: "Wait for the builder" }),
    "Wait for the builder": task(references, "awaitInstance", { Next: "Install", attempts: 30 }),
    Install: task(references, "install", { Next: "Watch the install", attempts: 10 }),
    "Watch the install": task(references, "awaitScript", {
      Next: "Stop the builder",
      attempts: 50,
      again: "Install",
    }),
    "Stop the builder": task(references, "stopBuilder", { Next: "Make the image", attempts: 30 }),
    "Make the image": task(references, "makeImage", { Next: "Boot a copy", attempts: 90 }),
    "Boot a copy": task(references, "bootCopy", { Next: "Wait for the copy" }),
    "Wait for the copy": task(references, "awaitInstance", { Next: "Check the app", attempts: 30 }),
    "Check the app": task(references, "checkCopy", { Next: "Watch the check", attempts: 10 }),
    "Watch the check": task(references, "awaitScript", {
      Next: "Keep the image",
      attempts: 20,
      again: "Check the app",
    }),
    "Keep the image": task(references, "keepImage", { Next: "Clean up" }),
    "Clean up": {
      Comment:
        "Finds what the execution launched by its tag. Where even that fails, healing finds it by tag and age.",
      ...task(references, "cleanUp", { Next: "How did it go?" }),
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Failed", Output: { reason: "The clean-up failed." } }],
    },
    "How did it go?": {
      Type: "Choice",
      Choices: [{ Condition: jsonata("$states.input.reason = ''"), Next: "Done" }],
      Default: "Failed",
    },
    Done: { Type: "Succeed" },
    Failed: { Type: "Fail", Error: errorName("image_failed"), Cause: jsonata("$states.input.reason") },
  };
  return {
    Comment: "Makes and tests the image of one release.",
    QueryLanguage: "JSONata",
    StartAt: "Launch the builder",
    TimeoutSeconds: IMAGE_TIMEOUT_SECONDS,
    States: states,
  };
}

type Wiring = {
  Next: string;
  /** How often it may come back because something is not ready yet. */
  attempts?: number;
  /** Where a script is sent again whose agent lost it: at most MOST_SENDS times, by the function's count. */
  again?: string;
};

function task({ functionArn }: ImageReferences, verb: string, { Next, attempts, again }: Wiring): TaskState {
  return {
    Type: "Task",
    Resource: "arn:aws:states:::lambda:invoke",
    Arguments: {
      FunctionName: functionArn,
      Payload: jsonata(
        `$merge([$states.input, {'verb': '${verb}', 'execution': $states.context.Execution.Name}])`,
      ),
    },
    TimeoutSeconds: TASK_TIMEOUT_SECONDS,
    Retry: [...(attempts === undefined ? [] : [stillRunning(attempts)]), ...TRY_AGAIN],
    Catch: [...(again === undefined ? [] : [sendAgain(again)]), CLEAN_UP],
    Output: jsonata("$merge([$states.input, $states.result.Payload])"),
    Next,
  };
}

const CLEAN_UP: Catcher = {
  ErrorEquals: ["States.ALL"],
  Next: "Clean up",
  Output: jsonata("$merge([$states.input, {'error': $states.errorOutput}])"),
};

/** The scripts may run twice. */
function sendAgain(Next: string): Catcher {
  return { ErrorEquals: [errorName("unreachable")], Next, Output: jsonata("$states.input") };
}
