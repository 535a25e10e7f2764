// Lets a signed call of a CI system in, in place of a token: the signature is the app's, fresh, and was not seen before.
// An app that is not there, or has no secret, answers exactly as a wrong signature does.
import type { Context, MiddlewareHandler } from "hono";
import { TuttiError } from "#core/errors.ts";
import type { IdempotencyClaim } from "#store/idempotency.ts";
import { readBody } from "../body.ts";
import type { Caller } from "../caller.ts";
import type { ApiDeps } from "../deps.ts";
import { type ApiEnv, sourceIpOf } from "../pipeline.ts";
import { type Admit, rateLimiter } from "../rate-limit.ts";
import { appName } from "../schemas/names.ts";
import { type RememberedSecrets, rememberedSecrets } from "./remembered-secrets.ts";
import {
  FRESH_SECONDS,
  isFresh,
  isSignedWith,
  newHookSecret,
  parseSigned,
  type Signed,
} from "./signature.ts";

/** The paths that are let in by a signature, and by no token. */
export const SIGNED_PATH = "/v1/hooks/:app";

export function signedCall(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  const admit = rateLimiter(deps);
  const secrets = rememberedSecrets(deps.hookSecrets, deps.clock, newHookSecret());
  return async (c, next) => {
    const body = await readBody(c.req.raw);
    c.set("rawBody", body);
    const { app, signatureHex } = await proven(c, { deps, admit, secrets }, body);
    c.set("caller", callerOf(app, signatureHex, sourceIpOf(c)));
    await admit("calls", `hook#${app}`);
    await onlyOnce(deps, c, { scope: `hook-signature:${app}`, key: signatureHex, fingerprint: app }, next);
  };
}

/** What cannot be the name of an app has no secret. */
const NO_APP = "-";

type Parts = { deps: ApiDeps; admit: Admit; secrets: RememberedSecrets };

async function proven(c: Context<ApiEnv>, { deps, admit, secrets }: Parts, body: Uint8Array) {
  const named = appName.safeParse(c.req.param("app"));
  if (named.success) c.set("about", { app: named.data });
  const signed = parseSigned(c.req.header("x-tutti-timestamp"), c.req.header("x-tutti-signature"));
  if (!signed) throw unsigned();
  if (!isFresh(signed, deps.clock.now())) throw stale(signed, deps.clock.now());
  const app = named.success ? named.data : NO_APP;
  const fits = (secret: string) => isSignedWith(secret, signed, body);
  if (await secrets.proves(app, fits, () => admit("failures", sourceIpOf(c)))) return { app, ...signed };
  throw new TuttiError("unauthenticated", "The signature is not one of this app's hook.");
}

/** A hook may do what a deployer may, with its own app. */
function callerOf(app: string, signature: string, sourceIp: string): Caller {
  return {
    id: `hook:${app}`,
    name: "hook",
    role: "deployer",
    scope: { apps: [app], environments: ["*"] },
    expiresAt: null,
    sourceIp,
    client: "api",
    signature,
    recheck: async () => {},
  };
}

/** A signature is remembered for longer than it is fresh. What failed on our side may be sent again as it is. */
async function onlyOnce(
  { store, clock }: ApiDeps,
  c: Context<ApiEnv>,
  claim: IdempotencyClaim,
  next: () => Promise<void>,
): Promise<void> {
  if (await store.idempotency.claim(claim, clock.now())) throw replayed();
  await next();
  const { status } = c.res;
  if (status >= 500) await store.idempotency.forget(claim);
  else await store.idempotency.settle(claim, { status, body: null }, clock.now());
}

function unsigned(): TuttiError {
  return new TuttiError(
    "unauthenticated",
    "Send X-Tutti-Timestamp (unix seconds) and X-Tutti-Signature: sha256=<hex HMAC-SHA256 of `timestamp.body`>.",
  );
}

function stale({ timestamp }: Signed, nowMs: number): TuttiError {
  const detail = `X-Tutti-Timestamp is ${timestamp}; it must be within ${FRESH_SECONDS} s of ${Math.floor(nowMs / 1000)}.`;
  return new TuttiError("unauthenticated", detail);
}

function replayed(): TuttiError {
  return new TuttiError(
    "replayed",
    "This signed call was delivered before, and was answered then; sign it again with a fresh timestamp to repeat it.",
  );
}
