// Builds of container images that are cut off: whoever followed one is killed, the house loses power, the app is deleted. No build goes
// on for nobody, none pushes what nobody can release, and the same version is built again.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchGetBuildsCommand,
  CodeBuildClient,
  ListBuildsForProjectCommand,
} from "@aws-sdk/client-codebuild";
import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOLD_PREFIX } from "#core/domain/kept-image.ts";
import { ROOT } from "#start/open-house.ts";
import { NAMES } from "#test/contract/as-role.ts";
import { startHouse, type TestHouse } from "#test/support/house.ts";
import { ownerOf } from "#test/support/owner.ts";

const APP = "hello";
const PATIENCE = { timeout: 90_000, interval: 200 };
let house: TestHouse;
let folder: string;

beforeAll(async () => {
  house = await startHouse({ servers: 0 });
  folder = mkdtempSync(join(tmpdir(), "tutti-image-"));
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY app.js /app.js\n");
  writeFileSync(join(folder, "app.js"), "console.log(1);\n");
  await anApp();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await house?.clear();
});

const anApp = () => house.client.apps.put(APP, { app: APP, kind: "container", port: 8080 });

/** `tutti image build` in a process of its own. */
function builder(version: string): ChildProcess {
  const args = ["packages/cli/main.ts", "image", "build", folder, "-t", `${APP}:${version}`];
  const env = { ...process.env, NODE_OPTIONS: "", TUTTI_URL: house.apiUrl, TUTTI_TOKEN: house.token };
  return spawn(process.execPath, args, { cwd: ROOT, stdio: "ignore", env });
}

const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", resolve));

/** The newest build of the version; `undefined` before it has begun. */
async function buildOf(version: string) {
  const codebuild = new CodeBuildClient(ownerOf(house));
  const ask = new ListBuildsForProjectCommand({ projectName: NAMES.imageProject, sortOrder: "DESCENDING" });
  const { ids = [] } = await codebuild.send(ask);
  if (ids.length === 0) return undefined;
  const { builds = [] } = await codebuild.send(new BatchGetBuildsCommand({ ids }));
  const isIts = (one: { name?: string; value?: string }) => one.name === "IMAGE_TAG" && one.value === version;
  return builds.find(({ environment }) => environment?.environmentVariables?.some(isIts));
}

const statusOf = async (version: string) => (await buildOf(version))?.buildStatus;

async function tags(): Promise<string[]> {
  try {
    const ask = new DescribeImagesCommand({ repositoryName: `tutti/${APP}` });
    const { imageDetails = [] } = await new ECRClient(ownerOf(house)).send(ask);
    const all = imageDetails.flatMap(({ imageTags = [] }) => imageTags).sort();
    return all.filter((tag) => !tag.startsWith(HOLD_PREFIX));
  } catch {
    return [];
  }
}

/** Processes that work in a folder of the sandbox's CodeBuild. */
function atWork(): string[] {
  const there = join(house.directory, "codebuild");
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(there);
    } catch {
      return false;
    }
  });
}

test("a build whose follower is killed comes to its own end, and what it made can be released", async () => {
  const follower = builder("v1");
  await expect.poll(() => statusOf("v1"), PATIENCE).toBe("IN_PROGRESS");
  follower.kill("SIGKILL");
  await expect.poll(() => statusOf("v1"), PATIENCE).toBe("SUCCEEDED");
  expect(await tags()).toEqual(["v1"]);
  const image = `${NAMES.registry}/tutti/${APP}:v1`;
  const release = await house.client.releases.create(APP, { version: "v1", artifact: { image } });
  expect(release.artifact).toEqual({ image: expect.stringContaining("@sha256:") });
});

test("a build that a kill of everything cuts off has failed, nothing of it works on, and it is built again", async () => {
  const follower = builder("v2");
  await expect.poll(() => statusOf("v2"), PATIENCE).toBe("IN_PROGRESS");
  await house.kill();
  follower.kill("SIGKILL");
  house = await startHouse({ servers: 0, directory: house.directory });
  expect(await statusOf("v2")).toBe("FAILED");
  await expect.poll(atWork, PATIENCE).toEqual([]);
  expect(await tags()).toEqual(["v1"]);
  expect(await exitOf(builder("v2"))).toBe(0);
  expect(await tags()).toEqual(["v1", "v2"]);
});

test("an app that is deleted while its image is built: the build is stopped, and nothing is pushed", async () => {
  const follower = builder("v3");
  const ended = exitOf(follower);
  await expect.poll(() => statusOf("v3"), PATIENCE).toBe("IN_PROGRESS");
  await house.client.apps.remove(APP);
  await expect.poll(() => statusOf("v3"), PATIENCE).toBe("STOPPED");
  expect(await ended).not.toBe(0);
  await expect.poll(atWork, PATIENCE).toEqual([]);
  expect(await tags()).toEqual(["v1", "v2"]);
});
