// What reads secrets where an app starts: one file without dependencies, for any Node from 14 on, that goes to hosts and
// into functions as it stands. It knows names and how to ask; values leave it towards the app that is about to start and
// are in none of its messages.
//
// Credentials are what AWS's own SDKs would find: the environment (functions), the shared file (hosts that Systems
// Manager activated), the instance's metadata. Requests are signed with Signature Version 4 (IAM user guide, "Create a
// signed AWS API request").
export const READER = String.raw`"use strict";
const { createHash, createHmac } = require("crypto");
const { readFileSync } = require("fs");
const { homedir } = require("os");

const ATTEMPTS = 3;
const ANSWER_MILLISECONDS = 5000;
const METADATA_MILLISECONDS = 2000;

/** {region, references: {NAME: "secretsmanager:name#key" | "ssm:/name"}} to {NAME: value}. Each secret is asked for once. */
async function readSecrets({ region, references }) {
  const names = Object.keys(references);
  if (names.length === 0) return {};
  const asked = new Map();
  const credentials = await findCredentials();
  const read = async (name) => {
    const [, store, id, key] = /^([a-z]+):([^#]+)(?:#(.+))?$/.exec(references[name]);
    const call = store === "ssm" ? parameter : secret;
    if (!asked.has(store + id)) asked.set(store + id, call({ region, credentials }, id));
    try {
      return [name, check(pick(await asked.get(store + id), key))];
    } catch (error) {
      throw unavailable("The secret " + name + " (" + references[name] + ") cannot be read: " + error.message);
    }
  };
  return Object.fromEntries(await Promise.all(names.map(read)));
}

async function secret(place, id) {
  const answer = await ask(place, "secretsmanager", "secretsmanager.GetSecretValue", { SecretId: id });
  if (typeof answer.SecretString !== "string") throw new Error("it holds no text.");
  return answer.SecretString;
}

async function parameter(place, id) {
  const answer = await ask(place, "ssm", "AmazonSSM.GetParameter", { Name: id, WithDecryption: true });
  return answer.Parameter.Value;
}

/** What JSON.parse says of a text that is none would show a part of it, so its own words are not told. */
function pick(text, key) {
  if (key === undefined) return text;
  let held;
  try {
    held = JSON.parse(text);
  } catch {
    throw new Error("it is not JSON, so it has no key.");
  }
  if (held === null || typeof held !== "object" || !Object.prototype.hasOwnProperty.call(held, key))
    throw new Error("it has no such key.");
  return typeof held[key] === "string" ? held[key] : JSON.stringify(held[key]);
}

function check(value) {
  if (value.includes("\0")) throw new Error("it has a NUL character, which no environment can hold.");
  return value;
}

async function ask(place, service, target, input) {
  for (let attempt = 1; ; attempt++) {
    const { status, text, failure } = await send(signed(place, service, target, JSON.stringify(input)));
    if (status === 200) return JSON.parse(text);
    const told = failure ? { code: "", message: failure } : errorOf(status, text);
    const again = failure || status >= 500 || status === 429 || /Throttl|TooManyRequests/.test(told.code);
    if (!again || attempt === ATTEMPTS) throw new Error((told.code ? told.code + ": " : "") + told.message);
    await new Promise((resolve) => setTimeout(resolve, 200 * 2 ** attempt * (0.5 + Math.random())));
  }
}

function errorOf(status, text) {
  try {
    const { __type = "", message, Message } = JSON.parse(text);
    return { code: __type.split("#").pop(), message: message || Message || "HTTP " + status };
  } catch {
    return { code: "", message: "HTTP " + status };
  }
}

function signed({ region, credentials }, service, target, body, now = new Date()) {
  const url = new URL(endpointOf(service, region));
  const stamp = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers = { "content-type": "application/x-amz-json-1.1", host: url.host, "x-amz-date": stamp };
  headers["x-amz-content-sha256"] = digest(body);
  if (credentials.token) headers["x-amz-security-token"] = credentials.token;
  headers["x-amz-target"] = target;
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => name + ":" + headers[name]);
  const canonical = ["POST", "/", "", ...lines, "", names.join(";"), headers["x-amz-content-sha256"]].join("\n");
  const scope = [stamp.slice(0, 8), region, service, "aws4_request"];
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope.join("/"), digest(canonical)].join("\n");
  const key = scope.reduce((held, part) => hmac(held, part), "AWS4" + credentials.secret);
  headers.authorization =
    "AWS4-HMAC-SHA256 Credential=" + credentials.id + "/" + scope.join("/") +
    ", SignedHeaders=" + names.join(";") + ", Signature=" + hmac(key, toSign).toString("hex");
  return { url, method: "POST", headers, body, milliseconds: ANSWER_MILLISECONDS };
}

const digest = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

function endpointOf(service, region) {
  const own = service === "ssm" ? "AWS_ENDPOINT_URL_SSM" : "AWS_ENDPOINT_URL_SECRETS_MANAGER";
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return process.env[own] || process.env.AWS_ENDPOINT_URL || "https://" + service + "." + region + "." + suffix;
}

async function findCredentials() {
  const found = fromEnvironment() || fromFile() || (await fromMetadata());
  if (found) return found;
  throw unavailable("The secrets cannot be read: there are no AWS credentials here; give the host a role.");
}

function fromEnvironment() {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = process.env;
  return id && secret ? { id, secret, token } : undefined;
}

/** AWS SDKs reference guide, "Shared config and credentials files". */
function fromFile() {
  const file = process.env.AWS_SHARED_CREDENTIALS_FILE || homedir() + "/.aws/credentials";
  const profile = process.env.AWS_PROFILE || "default";
  let section = "";
  const held = {};
  try {
    for (const line of readFileSync(file, "utf8").split(/\r?\n/)) {
      const [, name] = /^\s*\[\s*(.+?)\s*\]/.exec(line) || [];
      if (name) section = name;
      const [, key, value] = /^\s*(aws_\w+)\s*=\s*(\S+)/.exec(line) || [];
      if (key && section === profile) held[key] = value;
    }
  } catch {
    return undefined;
  }
  const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token } = held;
  return id && secret ? { id, secret, token } : undefined;
}

/** EC2 user guide, "Use IMDSv2" and "Retrieve security credentials from instance metadata". */
async function fromMetadata() {
  const base = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT || "http://169.254.169.254";
  const get = async (method, path, headers) => {
    const url = new URL(path, base);
    const { status, text } = await send({ url, method, headers, body: "", milliseconds: METADATA_MILLISECONDS });
    return status === 200 ? text.trim() : undefined;
  };
  const seconds = { "x-aws-ec2-metadata-token-ttl-seconds": "60" };
  const token = await get("PUT", "/latest/api/token", seconds);
  if (!token) return undefined;
  const held = { "x-aws-ec2-metadata-token": token };
  const roles = "/latest/meta-data/iam/security-credentials/";
  const role = await get("GET", roles, held);
  const text = role && (await get("GET", roles + role.split("\n")[0], held));
  if (!text) return undefined;
  const { AccessKeyId: id, SecretAccessKey: secret, Token } = JSON.parse(text);
  return id && secret ? { id, secret, token: Token } : undefined;
}

/** Never rejects: a call that got no answer has a failure in place of a status. */
function send({ url, method, headers, body, milliseconds }) {
  return new Promise((resolve) => {
    const { request } = require(url.protocol === "https:" ? "https" : "http");
    const fail = (error) => resolve({ failure: error.message });
    const sent = request(url, { method, headers }, (answer) => {
      const chunks = [];
      answer.on("error", fail);
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString("utf8") }));
    });
    const late = setTimeout(
      () => sent.destroy(new Error("no answer within " + milliseconds / 1000 + " s")),
      milliseconds,
    );
    sent.on("close", () => clearTimeout(late));
    sent.on("error", fail);
    sent.end(body);
  });
}

function unavailable(message) {
  return Object.assign(new Error(message), { name: "Tutti.SecretUnavailable" });
}

/** One word of a POSIX shell. */
const quote = (text) => "'" + text.replace(/'/g, "'\\''") + "'";

async function main() {
  const values = await readSecrets(JSON.parse(readFileSync(0, "utf8")));
  if (process.argv[2] === "check") return;
  process.stdout.write(Object.keys(values).map((name) => name + "=" + quote(values[name]) + "\n").join(""));
}

module.exports = { readSecrets, signed };
if (require.main === module)
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 78;
  });
`;
