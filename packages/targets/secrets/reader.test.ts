// The reader as a host runs it: its own process, against a store of a few lines that answers as AWS does.
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SSMClient } from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { READER } from "./reader.ts";

type Asked = {
  target: string;
  authorization: string;
  token: string | undefined;
  body: Record<string, unknown>;
};
type Answer = { status: number; body: unknown };

let home: string;
let server: Server;
let asked: Asked[];
let answer: (asked: Asked) => Answer;

const KEYS = { AWS_ACCESS_KEY_ID: "AKID", AWS_SECRET_ACCESS_KEY: "shh", AWS_SESSION_TOKEN: "session" };
const SECRET = 'it\'s $HOME `id`\nand "more" ü';

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "tutti-reader-"));
  writeFileSync(join(home, "read.cjs"), READER);
  asked = [];
  answer = ({ target }) =>
    target.startsWith("AmazonSSM")
      ? ok({ Parameter: { Value: "from the parameter" } })
      : ok({ SecretString: JSON.stringify({ password: SECRET, port: 5432 }) });
  server = createServer(async (request, response) => {
    const { status, body } = metadata(request) ?? (await store(request));
    response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  server.close();
  rmSync(home, { recursive: true, force: true });
});

const ok = (body: unknown): Answer => ({ status: 200, body });
const refused = (status: number, __type: string, message: string): Answer => ({
  status,
  body: { __type, message },
});

async function store(request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { headers } = request;
  const one = {
    target: String(headers["x-amz-target"]),
    authorization: headers.authorization ?? "",
    token: headers["x-amz-security-token"] as string | undefined,
    body: JSON.parse(Buffer.concat(chunks).toString()),
  };
  asked.push(one);
  return answer(one);
}

/** Version 2: without the token that PUT gave, nothing is told. */
function metadata({ method, url = "", headers }: IncomingMessage): Answer | null {
  if (!url.startsWith("/latest/")) return null;
  if (url === "/latest/api/token") return method === "PUT" ? ok("imds-token") : refused(405, "", "");
  if (headers["x-aws-ec2-metadata-token"] !== "imds-token") return refused(401, "", "");
  if (url.endsWith("/security-credentials/")) return ok("web-host");
  if (!url.endsWith("/web-host")) return refused(404, "", "");
  return ok({ AccessKeyId: "FROM-IMDS", SecretAccessKey: "x", Token: "y" });
}

type Run = { code: number; stdout: string; stderr: string };

function run(
  references: Record<string, string>,
  env: Record<string, string> = KEYS,
  mode: string[] = [],
): Promise<Run> {
  const { port } = server.address() as { port: number };
  const url = `http://127.0.0.1:${port}`;
  const all = { HOME: home, AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_SERVICE_ENDPOINT: url, ...env };
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(home, "read.cjs"), ...mode],
      { env: all },
      (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code) : 0, stdout, stderr: stderr.trim() }),
    );
    child.stdin!.end(JSON.stringify({ region: "eu-west-1", references }));
  });
}

const BOTH = { PASSWORD: "secretsmanager:shop/db#password", TOKEN: "ssm:/shop/token" };

test("what it says is, for a shell, exactly what the stores hold", async () => {
  const { stdout } = await run(BOTH);
  const script = `${stdout}printf '%s\\0%s' "$PASSWORD" "$TOKEN"`;
  expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${SECRET}\0from the parameter`);
  expect(asked.map(({ target, body }) => [target, body]).sort()).toEqual([
    ["AmazonSSM.GetParameter", { Name: "/shop/token", WithDecryption: true }],
    ["secretsmanager.GetSecretValue", { SecretId: "shop/db" }],
  ]);
});

test("a secret is asked for once, however many of its keys are wanted; what is no text is JSON", async () => {
  const { stdout } = await run({ A: "secretsmanager:shop/db#password", B: "secretsmanager:shop/db#port" });
  expect(stdout).toContain("B='5432'\n");
  expect(asked).toHaveLength(1);
});

test("a trial reads all and says nothing", async () => {
  expect(await run(BOTH, KEYS, ["check"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(asked).toHaveLength(2);
});

test("credentials are found where AWS's own tools find them: environment, shared file, metadata of the instance", async () => {
  const whose = () => /Credential=([^/]+)/.exec(asked.at(-1)!.authorization)?.[1];
  await run({ TOKEN: "ssm:/t" });
  expect([whose(), asked.at(-1)!.token]).toEqual(["AKID", "session"]);
  await run({ TOKEN: "ssm:/t" }, {});
  expect([whose(), asked.at(-1)!.token]).toEqual(["FROM-IMDS", "y"]);
  mkdirSync(join(home, ".aws"));
  const file =
    "[other]\naws_access_key_id = NO\n[default]\naws_access_key_id = FROM-FILE\naws_secret_access_key=z\n";
  writeFileSync(join(home, ".aws", "credentials"), file);
  await run({ TOKEN: "ssm:/t" }, {});
  expect(whose()).toBe("FROM-FILE");
});

test("without credentials it says what the host needs", async () => {
  const nowhere = { AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:1" };
  const { code, stdout, stderr } = await run(BOTH, nowhere);
  expect({ code, stdout }).toEqual({ code: 78, stdout: "" });
  expect(stderr).toBe("The secrets cannot be read: there are no AWS credentials here; give the host a role.");
});

test("what is denied or missing is named by its reference", async () => {
  answer = () => refused(400, "AccessDeniedException", "User: web-host is not authorized");
  const denied = await run({ PASSWORD: BOTH.PASSWORD });
  expect([denied.code, denied.stderr]).toEqual([
    78,
    "The secret PASSWORD (secretsmanager:shop/db#password) cannot be read: AccessDeniedException: User: web-host is not authorized",
  ]);
  answer = () => refused(400, "com.amazonaws.ssm#ParameterNotFound", "");
  expect((await run({ TOKEN: BOTH.TOKEN })).stderr).toBe(
    "The secret TOKEN (ssm:/shop/token) cannot be read: ParameterNotFound: HTTP 400",
  );
});

test("a secret that is not what the reference says is refused without a word of it", async () => {
  const wrong: [string, unknown, string][] = [
    ["secretsmanager:db#password", { SecretString: "hunter2" }, "it is not JSON, so it has no key."],
    ["secretsmanager:db#password", { SecretString: '{"hunter2": 1}' }, "it has no such key."],
    ["secretsmanager:db#toString", { SecretString: "{}" }, "it has no such key."],
    ["secretsmanager:db", { SecretBinary: "aHVudGVyMg==" }, "it holds no text."],
    [
      "secretsmanager:db",
      { SecretString: "hun\0ter2" },
      "it has a NUL character, which no environment can hold.",
    ],
  ];
  for (const [reference, body, why] of wrong) {
    answer = () => ok(body);
    expect(await run({ DB: reference })).toEqual({
      code: 78,
      stdout: "",
      stderr: `The secret DB (${reference}) cannot be read: ${why}`,
    });
  }
});

test("what is throttled or broken for a moment is asked again, three times in all", async () => {
  answer = () =>
    asked.length < 3 ? refused(400, "ThrottlingException", "slow down") : ok({ SecretString: "x" });
  expect((await run({ DB: "secretsmanager:db" })).stdout).toBe("DB='x'\n");
  asked = [];
  answer = () => refused(500, "InternalServiceError", "sorry");
  expect((await run({ DB: "secretsmanager:db" })).code).toBe(78);
  expect(asked).toHaveLength(3);
});

test("requests are signed as AWS's own SDK signs them", async () => {
  const { signed } = createRequire(import.meta.url)(join(home, "read.cjs"));
  const credentials = {
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI",
    sessionToken: "session",
  };
  const { accessKeyId: id, secretAccessKey: secret, sessionToken: token } = credentials;
  const at = new Date("2015-08-30T12:36:00.123Z");
  const place = { region: "us-east-1", credentials: { id, secret, token } };
  const { url, method, body, headers } = signed(place, "ssm", "AmazonSSM.GetParameter", '{"Name":"/t"}', at);
  const { authorization, ...unsigned } = headers;
  const client = new SSMClient({ region: "us-east-1", credentials });
  const scheme = { name: "sigv4", signingName: "ssm", signingRegion: "us-east-1", properties: {} };
  const signer = await client.config.signer(scheme as never);
  const request = {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: "/",
    query: {},
    headers: unsigned,
    body,
  };
  const theirs = (await signer.sign(request, { signingDate: at })) as typeof request;
  expect(authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/ssm\/aws4_request,/,
  );
  expect(theirs.headers.authorization).toBe(authorization);
});
