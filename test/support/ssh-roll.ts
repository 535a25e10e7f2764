// Rolling releases over SSH, driven by the driver alone, and beside it the floor: bare `ssh` with the very same script.
// Shared by the slow test and the benchmark.
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { SshHost } from "#core/domain/environment.ts";
import type { Spec } from "#core/domain/spec.ts";
import type { Driver, TargetContext } from "#core/driver/driver.ts";
import type { ServerClients } from "#targets/server/client.ts";
import { createServerDriver } from "#targets/server/driver.ts";
import { composeScript, hostLines, installVariables } from "#targets/server/scripts/compose.ts";
import { aTarget } from "#test/contract/a-target.ts";
import { type Played, planTo, playStep } from "#test/contract/roll.ts";
import { aRollout, aSpec } from "#test/support/a-deployment.ts";
import type { SshFarm } from "./sshd.ts";

export const ROOT = new URL("../..", import.meta.url).pathname;
const RELEASE_BYTES = 200_000;

export type SshPlace = {
  driver: Driver;
  target: TargetContext;
  /** How often each artifact was downloaded, by version. */
  downloads: Map<string, number>;
  /** A release of about 200 kB that answers this version; `from` is a folder of examples/server. */
  release(version: string, from?: string): void;
  link(version: string): string;
  close(): void;
};

const clock = { now: () => Date.now(), sleep: (milliseconds: number) => sleep(milliseconds).then(() => {}) };

export async function openSshPlace(farm: SshFarm, spec: Partial<Spec> = {}): Promise<SshPlace> {
  const artifacts = new Map<string, Buffer>();
  const downloads = new Map<string, number>();
  const server = await serve(artifacts, downloads);
  const { port } = server.address() as { port: number };
  const endpoint = `http://127.0.0.1:${port}`;
  const { target, releases } = aTarget(sshSpec(farm, spec), clock, poolOf(farm, farm.hosts));
  const driver = createServerDriver(sshClients(farm, endpoint));
  return {
    driver,
    target,
    downloads,
    release(version, from = "v1") {
      const bytes = pack(from);
      artifacts.set(version, bytes);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      releases.add(version, { uri: `s3://artifacts/${version}`, sha256 });
    },
    link: (version) => `${endpoint}/artifacts/${version}`,
    close: () => server.close(),
  };
}

export function poolOf(farm: SshFarm, hosts: SshHost[]): Pick<TargetContext["environment"], "pools"> {
  return {
    pools: { web: { ssh: { hosts, keySecret: "ssh-key" }, user: farm.hosts[0]!.user, directory: "apps" } },
  };
}

function sshSpec(farm: SshFarm, spec: Partial<Spec>): Spec {
  return aSpec({
    app: "sample",
    replicas: farm.hosts.length,
    server: { pool: "web", supervisor: "pm2", setup: false },
    health: {
      path: "/healthz",
      intervalSeconds: 0.1,
      timeoutSeconds: 1,
      healthyThreshold: 1,
      unhealthyThreshold: 3,
      graceSeconds: 3,
    },
    rollout: aRollout({ batch: 1, maxUnavailable: farm.hosts.length }),
    ...spec,
  });
}

function sshClients(farm: SshFarm, endpoint: string): ServerClients {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const secrets = {
    send: async () => ({ SecretString: farm.privateKey }),
  } as unknown as SecretsManagerClient;
  const place = { endpoint, region: "us-east-1", credentials };
  const s3 = new S3Client({ ...place, forcePathStyle: true });
  // Asked for its region alone: hosts over SSH are none of Systems Manager's.
  const ssm = new SSMClient(place);
  return { s3, secrets: async () => secrets, ssm, elb: undefined as never, discovery: undefined as never };
}

function pack(from: string): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "tutti-release-"));
  try {
    cpSync(join(ROOT, "examples", "server", from), directory, { recursive: true });
    writeFileSync(join(directory, "ballast"), randomBytes(RELEASE_BYTES));
    return execFileSync("tar", ["-cz", "-C", directory, "."], { maxBuffer: 10 * RELEASE_BYTES });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function serve(artifacts: Map<string, Buffer>, downloads: Map<string, number>): Promise<Server> {
  const server = createServer((request, response) => {
    const version = new URL(request.url!, "http://localhost").pathname.split("/").at(-1)!;
    downloads.set(version, (downloads.get(version) ?? 0) + 1);
    response.statusCode = artifacts.has(version) ? 200 : 404;
    response.end(artifacts.get(version));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Seconds, and the first step that failed, if one did. */
export async function rollOverSsh(place: SshPlace, version: string): Promise<Played & { seconds: number }> {
  const steps = await planTo(place.driver, place.target, version);
  const startedAt = performance.now();
  let last: Played = { ok: true, reason: "", observations: [], state: null };
  for (const step of steps) {
    last = await playStep(place.driver, place.target, step);
    if (!last.ok) break;
  }
  return { ...last, seconds: (performance.now() - startedAt) / 1000 };
}

/** The floor: OpenSSH's own client, the same script, `batch` hosts at a time. Seconds. */
export async function rollBare(
  farm: SshFarm,
  place: SshPlace,
  version: string,
  batch: number,
): Promise<number> {
  const { target } = place;
  const release = await target.release(version);
  const variables = installVariables(target, release, { link: place.link(version), region: "eu-west-1" });
  const script = composeScript("install", target, target.environment.pools.web!, variables);
  const startedAt = performance.now();
  for (let at = 0; at < farm.hosts.length; at += batch)
    await Promise.all(farm.hosts.slice(at, at + batch).map((host) => bareSsh(farm, host, script)));
  return (performance.now() - startedAt) / 1000;
}

function bareSsh(farm: SshFarm, host: SshHost, script: string): Promise<void> {
  const options = ["BatchMode=yes", "StrictHostKeyChecking=yes", `UserKnownHostsFile=${farm.knownHostsFile}`];
  const where = ["-i", farm.privateKeyFile, "-p", `${host.port}`, `${host.user}@${host.address}`];
  const args = ["-F", "none", ...options.flatMap((option) => ["-o", option]), ...where, "sh -s"];
  return new Promise((resolve, reject) => {
    const child = spawn("ssh", args, { stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`${host.name}: ${output}`))));
    child.stdin.end(hostLines([host]) + script);
  });
}

/** Time of the driver over the time of bare ssh, both on fresh releases, taking turns. */
export async function measureSshRoll(
  farm: SshFarm,
  { batch, turns }: { batch: number; turns: number },
): Promise<{ driverSeconds: number; bareSeconds: number; ratio: number }> {
  const hosts = farm.hosts.length;
  const place = await openSshPlace(farm, { rollout: aRollout({ batch, maxUnavailable: hosts }) });
  let driverSeconds = 0;
  let bareSeconds = 0;
  try {
    place.release("warm-up");
    await rollOverSsh(place, "warm-up");
    for (let turn = 1; turn <= turns; turn++) {
      place.release(`driven-${turn}`);
      const driven = await rollOverSsh(place, `driven-${turn}`);
      if (!driven.ok) throw new Error(driven.reason);
      driverSeconds += driven.seconds;
      place.release(`bare-${turn}`);
      bareSeconds += await rollBare(farm, place, `bare-${turn}`, batch);
    }
    await place.driver.retire(place.target);
  } finally {
    place.close();
  }
  return { driverSeconds, bareSeconds, ratio: driverSeconds / bareSeconds };
}
