// Calls receivers of notices by way of `packages/outgoing`: signed where they have a secret, and under a key that is the same for
// every attempt. Secrets lie in Secrets Manager behind the installation's prefix, and are read for each call: a changed one counts.
import type { Clock } from "#core/clock.ts";
import type { AttemptResult } from "#core/domain/delivery.ts";
import type { Notice } from "#core/domain/notice.ts";
import type { Receiver } from "#core/domain/receiver.ts";
import { slackText } from "#core/notify/slack-text.ts";
import { redact } from "#core/redact.ts";
import type { NotifyDeps, ReceiverCalls } from "#engine/notify/deps.ts";
import { signatureHeaders } from "#functions/api/hooks/signature.ts";
import { allowance } from "#outgoing/allowance.ts";
import { type Answer, OutgoingError, send } from "#outgoing/send.ts";
import { systemClock } from "./clock.ts";
import { controlDeps } from "./control.ts";
import { type HookSecrets, hookSecrets } from "./hook-secrets.ts";
import { readSettings, required } from "./settings.ts";

export function notifyDeps(env: NodeJS.ProcessEnv): NotifyDeps {
  const settings = readSettings(env);
  const prefix = required(env, "TUTTI_NOTIFICATION_SECRET_PREFIX");
  const parts = { installation: settings.bus, prefix, secrets: hookSecrets(prefix), clock: systemClock };
  return {
    ...controlDeps(settings, "events-notify"),
    receivers: receiverCalls(parts),
    random: Math.random,
  };
}

type Parts = {
  installation: string;
  /** For sentences about what is missing. */
  prefix: string;
  secrets: Pick<HookSecrets, "get">;
  clock: Clock;
  /** Of an attempt; default 10 s. */
  timeoutMs?: number;
};

type Request = Parameters<ReceiverCalls["call"]>[0];

const TIMEOUT_MS = 10_000;
/** Of what a receiver answers: enough for the reason of a refusal. */
const KEEP_BYTES = 200;

export function receiverCalls(parts: Parts): ReceiverCalls {
  return {
    call: async (request) => {
      const { receiver } = request;
      const [url, secret] = await Promise.all([
        receiver.url ?? read(parts, receiver.urlSecret),
        read(parts, receiver.secret),
      ]);
      const missing = [!url && receiver.urlSecret, receiver.secret && !secret && receiver.secret].find(
        Boolean,
      );
      if (!url || missing)
        return notNow(`there is no secret ${parts.prefix}${missing || receiver.urlSecret}`);
      const result = await post(parts, request, url, secret);
      const known = [secret, receiver.urlSecret === undefined ? null : url];
      return {
        ...result,
        detail: redact(
          result.detail,
          known.filter((one) => one !== null),
        ),
      };
    },
  };
}

async function read({ secrets }: Parts, name: string | undefined): Promise<string | null> {
  return name === undefined ? null : ((await secrets.get(name))?.trim() ?? null);
}

async function post(
  parts: Parts,
  { receiver, notice, deliveryId, attempt, allowPrivate }: Request,
  url: string,
  secret: string | null,
): Promise<AttemptResult> {
  const body = bodyFor(parts.installation, receiver, notice);
  const headers = {
    "content-type": "application/json",
    "idempotency-key": notice.id,
    "x-tutti-event": notice.type,
    "x-tutti-delivery": deliveryId,
    "x-tutti-attempt": String(attempt),
    ...(secret === null ? {} : signatureHeaders(secret, body, parts.clock.now())),
  };
  const { timeoutMs = TIMEOUT_MS } = parts;
  const allowed = allowance(allowPrivate);
  try {
    return judged(await send({ url, body, headers, timeoutMs, allowed, keepBytes: KEEP_BYTES }));
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const refused = error.problem === "refused";
    return { ...notNow(error.message), outcome: refused ? "refused" : "notNow" };
  }
}

export function bodyFor(installation: string, { kind }: Pick<Receiver, "kind">, notice: Notice): string {
  return JSON.stringify(kind === "slack" ? { text: slackText(notice) } : { installation, ...notice });
}

/** RFC 9110, 410: it is gone, and will not come back. Everything else may be mended on the other side. */
const GONE = 410;

function judged({ status, headers, body }: Answer): AttemptResult {
  const said = body.trim() === "" ? "" : `: ${body.trim()}`;
  if (status >= 200 && status < 300)
    return { outcome: "delivered", answered: status, detail: `answered ${status}` };
  if (status >= 300 && status < 400)
    return {
      outcome: "notNow",
      answered: status,
      detail: `answered ${status}, and no redirect is followed`,
    };
  const seconds = Number(headers["retry-after"]);
  return {
    outcome: status === GONE ? "refused" : "notNow",
    answered: status,
    detail: `answered ${status}${said}`,
    ...(Number.isFinite(seconds) && seconds > 0 ? { retryAfterSeconds: seconds } : {}),
  };
}

function notNow(detail: string): AttemptResult {
  return { outcome: "notNow", answered: null, detail };
}
