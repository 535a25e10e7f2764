// Calls hooks: a Lambda function behind the installation's prefix, or an address over HTTP by way of `packages/outgoing`.
// What they say is cut to its end and cleaned of secrets before anybody else sees it.
import { randomBytes } from "node:crypto";
import { InvokeCommand, type InvokeCommandOutput, LambdaClient } from "@aws-sdk/client-lambda";
import type { Clock } from "#core/clock.ts";
import type { Hook, HookMessage } from "#core/domain/hook.ts";
import { traceparentOf } from "#core/domain/trace.ts";
import { redact } from "#core/redact.ts";
import { HOOK_OUTPUT_BYTES } from "#core/rollout/limits.ts";
import type { HookCalls, HookDeps, HookResult } from "#engine/deps.ts";
import { signatureHeaders } from "#functions/api/hooks/signature.ts";
import { allowance } from "#outgoing/allowance.ts";
import { OutgoingError, send } from "#outgoing/send.ts";
import { awsOptions } from "./aws-options.ts";
import { systemClock } from "./clock.ts";
import { controlDeps } from "./control.ts";
import { type HookSecrets, hookSecrets } from "./hook-secrets.ts";
import { functionMeter } from "./meter.ts";
import { readSettings, required } from "./settings.ts";

export function hookDeps(env: NodeJS.ProcessEnv): HookDeps {
  const parts = {
    secrets: hookSecrets(required(env, "TUTTI_HOOK_SECRET_PREFIX")),
    // Whoever waits has a time of its own for each call.
    lambda: new LambdaClient(awsOptions(320, 1)),
    functionPrefix: required(env, "TUTTI_HOOK_FUNCTION_PREFIX"),
    clock: systemClock,
  };
  return {
    ...controlDeps(readSettings(env), "hooks", functionMeter(env)),
    hooks: hookCalls(parts),
    random: Math.random,
  };
}

type Parts = {
  secrets: Pick<HookSecrets, "get">;
  lambda: Pick<LambdaClient, "send">;
  functionPrefix: string;
  clock: Clock;
};

export function hookCalls(parts: Parts): HookCalls {
  return {
    call: async ({ app, hook, message, traceId, allowPrivate, signal }) => {
      const secret = await parts.secrets.get(app);
      const trace = traceId === undefined ? {} : { traceparent: childOf(traceId) };
      const result =
        hook.url === undefined
          ? await invoke(parts, hook, { ...message, ...trace }, signal)
          : await post(parts, { ...hook, url: hook.url }, message, { secret, trace, allowPrivate, signal });
      const known = secret === null ? [] : [secret];
      return {
        ...result,
        detail: redact(result.detail, known),
        output: redact(result.output, known),
      };
    },
  };
}

type Trace = { traceparent?: string };

/** A call of its own in the deployment's trace, which is recorded: its log lines carry the id. */
function childOf(traceId: string): string {
  return traceparentOf({ traceId, flags: "01" }, randomBytes(8).toString("hex"));
}

type Post = { secret: string | null; trace: Trace; allowPrivate: string[]; signal: AbortSignal };

async function post(
  { clock }: Parts,
  hook: Hook & { url: string },
  message: HookMessage,
  { secret, trace, allowPrivate, signal }: Post,
): Promise<HookResult> {
  const body = JSON.stringify(message);
  try {
    const answer = await send({
      url: hook.url,
      body,
      headers: {
        "content-type": "application/json",
        "idempotency-key": message.idempotencyKey,
        ...trace,
        ...(secret === null ? {} : signatureHeaders(secret, body, clock.now())),
      },
      timeoutMs: hook.timeoutSeconds * 1000,
      allowed: allowance(allowPrivate),
      keepBytes: HOOK_OUTPUT_BYTES,
      signal,
    });
    return { ...judged(answer.status), output: cut(answer.body, answer.truncated) };
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const outcome = error.problem === "refused" ? "refused" : "notNow";
    return { outcome, detail: error.message, output: "" };
  }
}

/** RFC 9110: what a server says of a moment, and not of the call. */
const NOT_NOW = [408, 425, 429];

function judged(status: number): Pick<HookResult, "outcome" | "detail"> {
  if (status >= 200 && status < 300) return { outcome: "done", detail: `answered ${status}` };
  if (status >= 300 && status < 400)
    return { outcome: "refused", detail: `answered ${status}, and no redirect is followed` };
  const later = status >= 500 || NOT_NOW.includes(status);
  return { outcome: later ? "notNow" : "refused", detail: `answered ${status}` };
}

async function invoke(
  { lambda, functionPrefix }: Parts,
  hook: Hook,
  message: HookMessage & Trace,
  signal: AbortSignal,
): Promise<HookResult> {
  const [name, alias] = (hook.function ?? "").split(":");
  const FunctionName = `${functionPrefix}${name}`;
  const time = AbortSignal.timeout(hook.timeoutSeconds * 1000);
  const command = new InvokeCommand({ FunctionName, Qualifier: alias, Payload: JSON.stringify(message) });
  try {
    return said(await lambda.send(command, { abortSignal: AbortSignal.any([time, signal]) }));
  } catch (error) {
    if (time.aborted) return notNow(`${FunctionName} did not answer within ${hook.timeoutSeconds} s`);
    return unanswered(FunctionName, error as Error);
  }
}

function said({ FunctionError, Payload }: InvokeCommandOutput): HookResult {
  const bytes = Buffer.from(Payload ?? []);
  const kept = bytes.subarray(Math.max(0, bytes.length - HOOK_OUTPUT_BYTES));
  const output = cut(kept.toString("utf8"), kept.length < bytes.length);
  if (!FunctionError) return { outcome: "done", detail: "returned", output: output === "null" ? "" : output };
  return { ...notNow(`it threw ${thrown(bytes.toString("utf8"))}`), output };
}

function thrown(payload: string): string {
  try {
    const { errorType = "Error", errorMessage = "" } = JSON.parse(payload) as Record<string, string>;
    return `${errorType}: ${errorMessage}`.slice(0, 500);
  } catch {
    return "an error";
  }
}

/** Lambda API Reference, Invoke, Errors: what will not be better in a moment. */
const FOR_GOOD =
  /ResourceNotFound|AccessDenied|InvalidRequest|InvalidParameter|RequestTooLarge|KMS|Unsupported/;

function unanswered(name: string, error: Error): HookResult {
  if (error.name === "ResourceNotFoundException") return refused(`there is no function ${name}`);
  const detail = `${name}: ${error.name}: ${error.message}`;
  return FOR_GOOD.test(error.name) ? refused(detail) : notNow(detail);
}

function notNow(detail: string): HookResult {
  return { outcome: "notNow", detail, output: "" };
}

function refused(detail: string): HookResult {
  return { outcome: "refused", detail, output: "" };
}

function cut(text: string, truncated: boolean): string {
  return truncated ? `…${text}` : text;
}
