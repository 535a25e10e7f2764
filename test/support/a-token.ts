// A caller with a token of its own, made through the API as an admin makes it.
import type { Answer, TestApi } from "./api.ts";

export type Asked = {
  name?: string;
  role?: string;
  scope?: { apps?: string[]; environments?: string[] };
  expiresInSeconds?: number;
};

export type Holder = {
  id: string;
  secret: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
};

export async function aToken(api: TestApi, asked: Asked = {}): Promise<Holder> {
  const made = await api.call("POST", "/v1/tokens", { name: "ann", role: "viewer", ...asked });
  if (made.status !== 201) throw new Error(`no token was made: ${JSON.stringify(made.body)}`);
  return holderOf(api, made.body.id, made.body.secret);
}

export function holderOf(api: TestApi, id: string, secret: string): Holder {
  const call: Holder["call"] = (method, path, body, headers = {}) =>
    api.call(method, path, body, { authorization: `Bearer ${secret}`, ...headers });
  return { id, secret, call };
}
