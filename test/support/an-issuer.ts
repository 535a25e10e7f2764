// An OIDC issuer on this machine, over real HTTP: it signs tokens, publishes its keys, rotates them, and can be down.
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { type Served, serve } from "./serve.ts";

export type Issuer = {
  url: string;
  /** Requests for its keys so far. */
  asked(): number;
  /** `down` answers 503 to everything. */
  set(state: { down?: boolean; discovery?: Record<string, unknown> }): void;
  /** Signs with another key from now on; the old one is published no more. */
  rotate(): Promise<void>;
  /** `nowMs` is when; it ends after five minutes unless the claims say otherwise. */
  token(nowMs: number, claims?: Record<string, unknown>): Promise<string>;
  close(): Promise<void>;
};

export const AUDIENCE = "https://tutti.test";
export const CLAIMS = {
  sub: "repo:acme/shop:ref:refs/heads/main",
  repository: "acme/shop",
  ref: "refs/heads/main",
};

export async function anIssuer(): Promise<Issuer> {
  let [asked, round, down, discovery] = [0, 0, false, {} as Record<string, unknown>];
  let { privateKey, jwk } = await freshKey(`key-${round}`);
  const served: Served = await serve(async (request) => {
    if (down) return new Response("out of order", { status: 503 });
    const { pathname } = new URL(request.url);
    if (pathname === "/.well-known/openid-configuration")
      return Response.json({ issuer: served.url, jwks_uri: `${served.url}/keys`, ...discovery });
    asked += 1;
    return Response.json({ keys: [jwk] });
  });
  return {
    url: served.url,
    asked: () => asked,
    set: (state) => {
      down = state.down ?? down;
      discovery = state.discovery ?? discovery;
    },
    rotate: async () => {
      round += 1;
      ({ privateKey, jwk } = await freshKey(`key-${round}`));
    },
    token: (nowMs, claims = {}) => {
      const now = Math.floor(nowMs / 1000);
      const all = {
        iss: served.url,
        aud: AUDIENCE,
        iat: now,
        nbf: now,
        exp: now + 300,
        ...CLAIMS,
        ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ alg: "ES256", kid: jwk.kid! }).sign(privateKey);
    },
    close: served.close,
  };
}

async function freshKey(kid: string): Promise<{ privateKey: CryptoKey; jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" } };
}
