// Scripts by SSH: one connection and one script per host and step, a batch's hosts at once. A host whose key is not the
// one in the pool's settings is refused; there is no way to switch that off. The private key comes from Secrets Manager.
import { timingSafeEqual } from "node:crypto";
import type { Client, ConnectConfig, ServerHostKeyAlgorithm } from "ssh2";
import type { SshHost, SshPool } from "#core/domain/environment.ts";
import { whereIs } from "#core/plan/copy-id.ts";
import type { Outcome } from "#targets/host/run-command.ts";
import { readSecret, type ServerClients } from "../client.ts";
import { hostLines } from "../scripts/compose.ts";
import type { Job, Outcomes, Transport } from "./transport.ts";

const CONNECT_MILLISECONDS = 10_000;
/** More than a result line and an error would ever need; what floods is cut off. */
const MOST_OUTPUT_BYTES = 64 * 1024;

/** `asRoot`: a login that is not root goes through `sudo -n`. */
export function sshTransport(
  clients: Pick<ServerClients, "secrets">,
  pool: SshPool,
  { asRoot }: { asRoot: boolean },
): Transport {
  let key: Promise<string> | undefined;
  const privateKey = () => {
    key ??= readSecret(clients, pool.ssh.keySecret);
    return key;
  };
  return {
    async run(jobs) {
      const secret = await privateKey();
      const outcomes: Outcomes = new Map();
      await Promise.all(
        jobs.map(async (job) => {
          const login = pool.ssh.hosts.find((host) => host.name === whereIs(job.host.id).host);
          outcomes.set(job.host.id, login ? await runOne(job, login, secret, asRoot) : notInPool(job));
        }),
      );
      return outcomes;
    },
    async ask(pending) {
      return new Map(
        pending.map(({ host }) => [
          host.id,
          { kind: "unreachable", reason: "the connection that ran the script is gone" },
        ]),
      );
    },
  };
}

function notInPool({ host }: Job): Outcome {
  return { kind: "unreachable", reason: `${host.id} is no longer in the pool's settings` };
}

async function runOne(job: Job, login: SshHost, privateKey: string, asRoot: boolean): Promise<Outcome> {
  // Loaded when first needed: SSM pools never pay for it.
  const { Client } = (await import("ssh2")).default;
  const client = new Client();
  let refused = "";
  try {
    const config = connectConfig(login, privateKey, (reason) => {
      refused = reason;
    });
    await connect(client, config);
    const command = asRoot && login.user !== "root" ? "sudo -n sh -s" : "sh -s";
    return await execute(client, command, hostLines([job.host]) + job.script, job.timeoutSeconds);
  } catch (error) {
    return { kind: "unreachable", reason: refused || `SSH: ${(error as Error).message}` };
  } finally {
    client.end();
  }
}

export function connectConfig(
  login: SshHost,
  privateKey: string,
  refuse: (reason: string) => void,
): ConnectConfig {
  const [type = "", encoded = ""] = login.hostKey.trim().split(/\s+/);
  const expected = Buffer.from(encoded, "base64");
  return {
    host: login.address,
    port: login.port,
    username: login.user,
    privateKey,
    authHandler: ["publickey"],
    readyTimeout: CONNECT_MILLISECONDS,
    keepaliveInterval: 5_000,
    keepaliveCountMax: 3,
    algorithms: { serverHostKey: signaturesOf(type) },
    hostVerifier: (offered: Buffer) => {
      const same = offered.length === expected.length && timingSafeEqual(offered, expected);
      if (!same)
        refuse(`SSH: the host key of ${login.name} is not the one in the pool's settings; not connected`);
      return same;
    },
  };
}

/** An RSA key signs with SHA-2 (RFC 8332); the others sign under their own name. */
function signaturesOf(type: string): ServerHostKeyAlgorithm[] {
  if (type === "ssh-rsa") return ["rsa-sha2-512", "rsa-sha2-256"];
  return [type as ServerHostKeyAlgorithm];
}

function connect(client: Client, config: ConnectConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    client.once("ready", resolve);
    client.on("error", reject);
    client.once("close", () => reject(new Error("the connection was closed")));
    client.connect(config);
    // Without it each small packet of the handshake waits for the other side's delayed acknowledgement: 40 ms, twice.
    client.setNoDelay(true);
  });
}

function execute(client: Client, command: string, script: string, timeoutSeconds: number): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      resolve({ kind: "exited", code: 124, stdout: "", stderr: `not finished within ${timeoutSeconds} s` });
    }, timeoutSeconds * 1000);
    const lost = () => {
      clearTimeout(late);
      reject(new Error("the connection was lost while the script ran"));
    };
    client.once("close", lost);
    client.exec(command, (error, channel) => {
      if (error) {
        clearTimeout(late);
        reject(error);
        return;
      }
      const stdout = collect(channel);
      const stderr = collect(channel.stderr);
      channel.on("close", (code: number | null) => {
        clearTimeout(late);
        if (code === null || code === undefined) lost();
        else resolve({ kind: "exited", code, stdout: stdout(), stderr: stderr() });
      });
      channel.end(script);
    });
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream.on("data", (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes <= MOST_OUTPUT_BYTES) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
