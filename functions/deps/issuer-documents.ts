// Fetches what an issuer of OIDC tokens publishes: JSON over HTTPS from a public address, bounded in size and time, and
// no redirect is followed. Origins that the installation trusts by name may be private, and plain HTTP where so written.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isClosedAddress, lookupPublic } from "./public-address.ts";

const LIMIT_BYTES = 262_144;
const TIMEOUT_MS = 5000;

export type IssuerDocuments = {
  /** Why this address is not asked at all; `null` where it may be. A name is judged only when it is resolved. */
  objection(url: string): string | null;
  /** Throws a sentence. */
  fetch(url: string): Promise<unknown>;
};

/** `trustedOrigins`: as in `https://id.corp.internal,http://127.0.0.1:9000`. */
export function issuerDocuments(trustedOrigins: string, limits = { timeoutMs: TIMEOUT_MS }): IssuerDocuments {
  const trusted = trustedOrigins
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map(originOf);
  const objection = (url: string) => objectionTo(url, trusted);
  return {
    objection,
    fetch: async (url) => {
      const why = objection(url);
      if (why !== null) throw new Error(`${url} ${why}`);
      return JSON.parse(await read(new URL(url), trusted, limits.timeoutMs)) as unknown;
    },
  };
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && ["https:", "http:"].includes(url.protocol) && ["", "/"].includes(url.pathname))
    return url.origin;
  const wanted = "an origin such as https://id.corp.internal";
  throw new Error(`TUTTI_OIDC_TRUSTED_ORIGINS: "${text}" is not ${wanted}.`);
}

function objectionTo(text: string, trusted: string[]): string | null {
  if (!URL.canParse(text)) return "is not an absolute URL";
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") return "must not contain a user or password";
  if (trusted.includes(url.origin)) return null;
  if (url.protocol !== "https:") return "must begin with https://";
  if (isClosedAddress(url.hostname) || /(^|\.)localhost\.?$/.test(url.hostname))
    return "leads to a private address, and its origin is not in TUTTI_OIDC_TRUSTED_ORIGINS";
  return null;
}

function read(url: URL, trusted: string[], timeoutMs: number): Promise<string> {
  const ask = url.protocol === "http:" ? httpRequest : httpsRequest;
  const lookup = trusted.includes(url.origin) ? {} : { lookup: lookupPublic };
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => reject(new Error(`${url.href} ${why}`, { cause }));
    // A connection of its own: a pooled one would not be looked up, and so not be judged.
    const own = { ...lookup, signal, agent: false as const, headers: { accept: "application/json" } };
    const request = ask(url, own, (answer) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      answer.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        sizeBytes += chunk.length;
        if (sizeBytes > LIMIT_BYTES) request.destroy(new Error(`is larger than ${LIMIT_BYTES} bytes`));
      });
      answer.on("error", (error) => fail(wordsOf(error, timeoutMs), error));
      answer.on("end", () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks).toString("utf8"));
        else fail(`answered ${answer.statusCode}`);
      });
    });
    request.on("error", (error) => fail(wordsOf(error, timeoutMs), error));
    request.end();
  });
}

function wordsOf(error: Error, timeoutMs: number): string {
  return error.name === "AbortError" ? `did not answer within ${timeoutMs} ms` : error.message;
}
