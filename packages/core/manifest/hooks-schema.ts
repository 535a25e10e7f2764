// The manifest's `hooks`: what is called before, between and after the steps of a rollout.
import * as z from "zod";
import { show } from "./amounts.ts";

/** Behind the installation's prefix; 64 characters are a function's whole name (Lambda API Reference, CreateFunction). */
const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,40}(:[A-Za-z0-9_-]{1,64})?$/;
const ONE_LINE = /^[ -~\u00a0-\uffff]{1,60}$/;

/** What a URL may not be whoever calls it; which addresses may be called is the environment's word. */
export function urlProblem(text: string): string | null {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text))
    return "must be an address such as https://ci.example.com/hook";
  const { username, password, hash } = new URL(text);
  if (username !== "" || password !== "") return "must not contain a user or password";
  return hash === "" ? null : "must not have a fragment";
}

const url = z
  .string()
  .max(2000)
  .superRefine((text, context) => {
    const message = urlProblem(text);
    if (message !== null) context.addIssue({ code: "custom", message });
  });

export const hookSchema = z
  .strictObject({
    name: z
      .string()
      .regex(ONE_LINE, "must be one line of 1 to 60 characters")
      .optional()
      .describe("Shown in the plan. Default: the function, or the host of the address."),
    url: url
      .optional()
      .describe("POSTs JSON here. https; http only where the environment's hooks.allowPrivate opens it."),
    function: z
      .string()
      .regex(FUNCTION_NAME, "must be 1 to 40 letters, digits, - and _, perhaps with an alias: smoke:live")
      .optional()
      .describe("Invokes the Lambda function <installation>-hook-<function> with the same JSON."),
    timeoutSeconds: z
      .number()
      .min(1)
      .max(300)
      .optional()
      .describe("How long one attempt may take. Default 30."),
    attempts: z
      .int()
      .min(1)
      .max(5)
      .optional()
      .describe("So often it is tried where nobody answers, or the answer says: not now. Default 3."),
    required: z
      .boolean()
      .optional()
      .describe("false: a failure is told in the events, and the rollout goes on. Default true."),
  })
  .superRefine((hook, context) => {
    if ((hook.url === undefined) !== (hook.function === undefined)) return;
    const had = show(hook.url === undefined ? undefined : "both");
    context.addIssue({
      code: "custom",
      message: `must have either url or function, not ${had.replaceAll('"', "")}`,
    });
  });

const phase = (words: string) =>
  z.array(hookSchema).max(10, "must be at most 10 hooks").optional().describe(words);

export const hooksSchema = z
  .strictObject({
    before: phase("Before anything is changed. One that fails ends the deployment."),
    afterStep: phase("After each batch and each shift. One that fails counts as a failure of the step."),
    after: phase("When all steps are done. One that fails acts as onFailure says."),
  })
  .describe("Calls to something outside, in this order. Not while scaling, restarting or going back.");
