// Signing in to a registry: the password is tried at the registry before it is kept, as Docker does, in
// `~/.docker/config.json`.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../ground/files.ts";
import { refuse, type World } from "./world.ts";

type DockerConfig = { auths?: Record<string, { auth: string }> };

export async function signIn(world: World, host: string, user: string, password: string): Promise<void> {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  const signal = AbortSignal.timeout(10_000);
  const answer = await fetch(`${world.registryUrl}/v2/`, {
    headers: { authorization: `Basic ${auth}` },
    signal,
  });
  await answer.arrayBuffer();
  if (!answer.ok)
    refuse(
      `Error response from daemon: login attempt to https://${host}/v2/ failed with status: ${answer.status} ${answer.statusText}`,
    );
  const config = readConfig(world);
  const auths = { ...config.auths, [host]: { auth } };
  writeAtomically(configPath(world), JSON.stringify({ ...config, auths }, null, 2));
  world.out("Login Succeeded");
}

export function isSignedIn(world: World, host: string): boolean {
  return readConfig(world).auths?.[host] !== undefined;
}

function readConfig(world: World): DockerConfig {
  const path = configPath(world);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as DockerConfig) : {};
}

function configPath({ home }: World): string {
  return join(home, ".docker", "config.json");
}
