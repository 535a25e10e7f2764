// The callee's side: who calls, and whether the manifest's `allow` lets them in. It needs nothing but its environment: the
// authority's public keys are in TUTTI_ALLOW beside the names, so that no call waits for another service.
import { createPublicKey } from "node:crypto";
import { caller, forConnect, forFetch, forHono, forLambda } from "./frameworks.js";
import { onceOnly } from "./once-only.js";
import { CERTIFICATE_TYPE, isSignedBy, PROOF_TYPE, pathOf, readToken, splitIdentity } from "./tokens.js";

const LEEWAY_SECONDS = 30;
const PROOF_SECONDS = 60;
const MOST_CERTIFICATES = 1000;
/** Any app with an identity of the same environment. */
const EVERYONE = "*";

/** See callee.d.ts. */
export function guard(options = {}) {
  const { env = process.env, now = Date.now, whenUnset = "throw", onRefused = () => {} } = options;
  const rules = rulesIn(env, options.open);
  if (rules === null && whenUnset === "throw")
    throw new Error("TUTTI_ALLOW is not set: the manifest says no allow, so nobody would be kept out.");
  const memory = { certificates: new Map(), isNew: onceOnly() };
  const check = (call) => {
    if (rules === null || isOpen(rules, call)) return { ok: true, caller: null };
    const verdict = judge(rules, memory, call, now() / 1000);
    if (!verdict.ok) onRefused({ ...verdict, method: call.method, path: pathOf(call.url) });
    return verdict;
  };
  return {
    check,
    connect: forConnect(check),
    hono: forHono(check),
    fetch: forFetch(check),
    lambda: forLambda(check),
  };
}

export { caller };

function rulesIn(env, open) {
  if (!env.TUTTI_ALLOW) return null;
  const { callers, keys, open: health = [] } = JSON.parse(env.TUTTI_ALLOW);
  return {
    callers: new Set(callers),
    environment: env.TUTTI_ENVIRONMENT,
    audience: `${env.TUTTI_APP}/${env.TUTTI_ENVIRONMENT}`,
    keys: new Map(keys.map((key) => [key.kid, createPublicKey({ key, format: "jwk" })])),
    open: new Set([...health, ...(open ?? [])]),
  };
}

/** Health checks come from the platform, which has no identity. */
function isOpen({ open }, { method, url }) {
  return (method === "GET" || method === "HEAD") && open.has(pathOf(url));
}

function judge(rules, memory, call, seconds) {
  if (!call.identity) return unknown("the call says not who calls");
  const parts = splitIdentity(call.identity);
  const certificate = parts && certified(rules, memory, parts[0], seconds);
  if (!certificate) return unknown("the certificate is none of this environment's, or it is over");
  const proof = readToken(PROOF_TYPE, parts[1]);
  if (!proof || !isSignedBy(proof, certificate.key)) return unknown("the proof is not the caller's own");
  const wrong = faultOf(proof.claims, { rules, certificate, call, seconds });
  if (wrong) return unknown(wrong);
  const [app, environment] = certificate.subject.split("/");
  if (environment !== rules.environment) return forbidden(certificate.subject);
  if (!rules.callers.has(app) && !rules.callers.has(EVERYONE)) return forbidden(certificate.subject);
  const until = proof.claims.exp + LEEWAY_SECONDS;
  if (!memory.isNew(proof.claims.jti, until, seconds)) return unknown("the proof was used before");
  return { ok: true, caller: { app, environment } };
}

/** Whom the authority has certified to hold which key; `null` where it has not, or no longer. */
function certified(rules, { certificates }, text, seconds) {
  const found = certificates.get(text) ?? read(rules, text);
  if (!found) return null;
  if (found.until + LEEWAY_SECONDS < seconds || found.from - LEEWAY_SECONDS > seconds) return null;
  if (certificates.size >= MOST_CERTIFICATES) certificates.clear();
  certificates.set(text, found);
  return found;
}

function read({ keys }, text) {
  const token = readToken(CERTIFICATE_TYPE, text);
  const authority = token && keys.get(token.header.kid);
  if (!authority || !isSignedBy(token, authority)) return null;
  const { sub, iat, exp, cnf } = token.claims;
  return { subject: sub, from: iat, until: exp, key: createPublicKey({ key: cnf.jwk, format: "jwk" }) };
}

function faultOf(claims, { rules, certificate, call, seconds }) {
  const { iss, aud, iat, exp, jti, method, path } = claims;
  if (iss !== certificate.subject) return "the proof is another's than the certificate";
  if (aud !== rules.audience)
    return `the proof is for ${String(aud).slice(0, 80)}, not for ${rules.audience}`;
  // A number in quotes would be good for ever: text and leeway are strung together.
  if (![iat, exp].every(Number.isFinite) || exp - iat > PROOF_SECONDS)
    return "the proof would be good for too long";
  if (iat - LEEWAY_SECONDS > seconds) return "the proof is of a time to come: clocks differ";
  if (exp + LEEWAY_SECONDS < seconds) return "the proof is over";
  if (typeof jti !== "string" || jti.length > 64) return "the proof has no id";
  if (method !== call.method.toUpperCase() || path !== pathOf(call.url))
    return "the proof is for another call";
  return null;
}

/** `reason` is for the log and for whoever calls: it tells nothing that the caller does not know. */
function unknown(reason) {
  return { ok: false, status: 401, reason };
}

function forbidden(subject) {
  return { ok: false, status: 403, reason: `${subject} is not allowed to call`, caller: subject };
}
