// The caller's side: a fetch that says who calls. What it signs with is in TUTTI_IDENTITY, which Tutti puts there for an app
// that connects to one with `allow`; where nobody asks who calls there is none, and calls go out as they are.
import { createPrivateKey, randomUUID } from "node:crypto";
import { HEADER, PROOF_TYPE, pathOf, signToken } from "./tokens.js";

/** A proof is good for so long; the callee takes none that claims more. */
const PROOF_SECONDS = 60;

const read = new Map();

/** See caller.d.ts. */
export function service(name, { env = process.env, now = Date.now, fetch: send = fetch } = {}) {
  const variable = `${name.toUpperCase().replaceAll("-", "_")}_URL`;
  const base = env[variable];
  const headers = (method, path) => {
    if (!env.TUTTI_IDENTITY) return {};
    const { certificate, key } = identityIn(env.TUTTI_IDENTITY);
    const iat = Math.floor(now() / 1000);
    const claims = {
      iss: `${env.TUTTI_APP}/${env.TUTTI_ENVIRONMENT}`,
      aud: `${name}/${env.TUTTI_ENVIRONMENT}`,
      iat,
      exp: iat + PROOF_SECONDS,
      jti: randomUUID(),
      method: method.toUpperCase(),
      path: pathOf(path),
    };
    return { [HEADER]: `${certificate}~${signToken(PROOF_TYPE, claims, key)}` };
  };
  return {
    url: base,
    headers,
    async fetch(path = "/", init = {}) {
      if (!base) throw new Error(`${variable} is not set: does the manifest say connect: [${name}]?`);
      const url = new URL(path, base);
      // An identity is for one app alone, whatever somebody has written into a path.
      if (url.origin !== new URL(base).origin) throw new Error(`${url.origin} is not ${name}.`);
      const all = new Headers(init.headers);
      for (const [header, value] of Object.entries(headers(init.method ?? "GET", url.pathname)))
        all.set(header, value);
      return send(url, { redirect: "manual", ...init, headers: all });
    },
  };
}

function identityIn(text) {
  const known = read.get(text);
  if (known) return known;
  const { certificate, key } = JSON.parse(text);
  const identity = { certificate, key: createPrivateKey({ key, format: "jwk" }) };
  read.set(text, identity);
  return identity;
}
