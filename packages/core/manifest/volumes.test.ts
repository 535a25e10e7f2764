import { expect, test } from "vitest";
import type { Kind } from "../domain/kind.ts";
import { problemsOf } from "./issues.ts";
import { mergedProblems } from "./merged-rules.ts";
import { type Manifest, manifestSchema } from "./schema.ts";
import { specFor } from "./spec-for.ts";
import { volumeFindings, volumeKindProblems } from "./volume-rules.ts";

const DATA = { name: "data", path: "/data", sizeGiB: 1 };

function told(volumes: unknown): string[] {
  const parsed = manifestSchema.safeParse({ app: "shop", kind: "server", volumes }, { reportInput: true });
  return parsed.success ? [] : problemsOf(parsed.error).map((one) => `${one.path}: ${one.message}`);
}

const unfit = (kind: Kind, volume: object) =>
  volumeKindProblems([{ ...DATA, ...volume }], kind, "volumes").map((one) => `${one.path}: ${one.message}`);

function contradictions(rollout: Manifest["rollout"], more: Partial<Manifest> = {}) {
  const manifest: Manifest = {
    app: "shop",
    kind: "server",
    start: "node a.js",
    volumes: [DATA],
    rollout,
    ...more,
  };
  return volumeFindings(specFor(manifest, "prod")).map(({ keys, message }) => `${keys[0]}: ${message}`);
}

test("a volume has a name, a place and a size", () => {
  expect(told([DATA, { ...DATA, name: "uploads-2", path: "/srv/up.loads" }])).toEqual([]);
  expect(told([{ name: "Data", path: "data", sizeGiB: 0 }])).toEqual([
    "volumes.0.name: must be at most 30 lower-case letters, digits or hyphens, from a letter to a letter or digit",
    "volumes.0.path: must be an absolute path of letters, digits and ._- between slashes, without .., such as /data",
    "volumes.0.sizeGiB: must be at least 1, not 0",
  ]);
  expect(told([{ ...DATA, sizeGiB: 16_385 }])).toEqual([
    "volumes.0.sizeGiB: must be at most 16384, not 16385",
  ]);
  expect(told([{ ...DATA, siseGiB: 1 }])).toEqual([
    "volumes.0.siseGiB: is not a known key; did you mean sizeGiB?",
  ]);
});

test.each(["/", "/data/", "//data", "/a/../b", "/./a", "/a b", "data"])(
  "%j is no place for a volume",
  (path) => {
    expect(told([{ ...DATA, path }])).toHaveLength(1);
  },
);

test.each([
  ["/etc", "is the system's: choose a path of its own, such as /data"],
  ["/proc/app", "is the system's: choose a path of its own, such as /data"],
  ["/opt/tutti/shop", "is where releases are: choose a path outside, such as /data"],
])("%s is taken", (path, message) => {
  expect(told([{ ...DATA, path }])).toEqual([`volumes.0.path: ${message}`]);
});

test("volumes share no name, and none lies in another", () => {
  expect(told([DATA, { ...DATA, path: "/other" }])).toEqual([
    "volumes.1.name: must be another name: data is there twice",
  ]);
  for (const path of ["/data", "/data/logs"])
    expect(told([DATA, { ...DATA, name: "logs", path }])).toEqual([
      `volumes.1.path: must not lie in another volume's path: ${path} and /data`,
    ]);
  expect(told([DATA, { ...DATA, name: "logs", path: "/data-logs" }])).toEqual([]);
});

test("what a kind cannot do names the kinds that can", () => {
  expect(unfit("server", { shared: true })).toEqual([
    "volumes.0.shared: is not for kind server: kinds container, function can",
  ]);
  expect(unfit("vm", { shared: true })).toHaveLength(1);
  expect(unfit("container", { shared: true })).toEqual([]);
  expect(unfit("container", {})).toEqual([
    "volumes.0.shared: must be true on a container, or ephemeral: ECS deletes the disk of a service's task with the task, so that no release would find it again; kinds server, vm have disks that stay",
  ]);
  expect(unfit("function", {})).toEqual([
    "volumes.0.shared: must be true on a function: its copies have no disk of their own, kinds server, vm have; function.ephemeralMiB sizes /tmp",
  ]);
  expect(unfit("server", { snapshot: true })).toEqual([
    "volumes.0.snapshot: is not for kind server: only kind vm can",
  ]);
  expect(unfit("vm", { snapshot: true })).toEqual([]);
});

test("a disk that goes with its copy is a container's alone, one for each, and may begin with a snapshot", () => {
  const scratch = { ...DATA, ephemeral: true };
  const fromSnapshot = "snap-0123456789abcdef0";
  expect(told([{ ...scratch, fromSnapshot }])).toEqual([]);
  expect(told([{ ...scratch, fromSnapshot: "latest" }])).toEqual([
    "volumes.0.fromSnapshot: must be the id of an EBS snapshot, such as snap-0123456789abcdef0",
  ]);
  expect(unfit("container", { ephemeral: true, fromSnapshot })).toEqual([]);
  expect(unfit("container", { shared: true, fromSnapshot })).toEqual([
    "volumes.0.fromSnapshot: needs ephemeral: true: what is shared is never made anew",
  ]);
  for (const kind of ["server", "vm"] as const)
    expect(unfit(kind, { ephemeral: true, fromSnapshot })).toEqual([
      `volumes.0.ephemeral: is not for kind ${kind}: only kind container can`,
      `volumes.0.fromSnapshot: is not for kind ${kind}: only kind container can`,
    ]);
  const found = (...volumes: Manifest["volumes"] & object) =>
    contradictions(undefined, { kind: "container", volumes });
  expect(found(scratch, { ...DATA, name: "b", path: "/b", shared: true })).toEqual([]);
  expect(found(scratch, { ...scratch, name: "b", path: "/b" })).toEqual([
    "volumes.1.ephemeral: must be true of one volume at most, not of data and b: ECS gives a task one",
  ]);
  expect(found({ ...scratch, shared: true })).toEqual([
    "volumes.0.ephemeral: must not be true beside shared: choose one of them",
  ]);
});

test("what contradicts is told at the entry that says it, of the app's list or of an environment's", () => {
  const [first, second] = ["a", "b"].map((name) => ({ ...DATA, name, path: `/${name}`, ephemeral: true }));
  const app: Manifest = { app: "shop", kind: "container", volumes: [first!, second!] };
  expect(mergedProblems(app)).toMatchObject([{ path: "volumes.1.ephemeral" }]);
  const dev = { ...app, volumes: [first!], environments: { dev: { volumes: [first!, second!] } } };
  expect(mergedProblems(dev)).toMatchObject([{ path: "environments.dev.volumes.1.ephemeral" }]);
});

test("what goes with its copy hinders no rollout", () => {
  const manifest = { app: "a", kind: "container" as const, volumes: [{ ...DATA, ephemeral: true }] };
  expect(specFor(manifest, "prod").rollout.maxSurge).toBe(1);
  expect(contradictions({ strategy: "blueGreen" }, manifest)).toEqual([]);
});

test("a function mounts one file system below /mnt", () => {
  const shared = { ...DATA, shared: true };
  const found = (...volumes: Manifest["volumes"] & object) =>
    contradictions(undefined, { kind: "function", volumes });
  expect(found({ ...shared, path: "/mnt/data" })).toEqual([]);
  expect(found(shared)).toEqual([
    "volumes.0.path: must be one folder below /mnt/ on a function, such as /mnt/data, not /data",
  ]);
  expect(found({ ...shared, path: "/mnt/a/b" })).toHaveLength(1);
  expect(found({ ...shared, path: "/mnt/a" }, { ...shared, name: "b", path: "/mnt/b" })).toEqual([
    "volumes: must be at most one on a function: Lambda mounts one file system",
  ]);
});

const LETS_GO = "an app with a disk of each copy's own lets go of it before the next copy takes it";

test.each<Kind>(["server", "vm", "container"])(
  "without a word a stateful %s lets go first, one at a time",
  (kind) => {
    const manifest: Manifest = { app: "shop", kind, start: "x", volumes: [DATA], replicas: 4 };
    const { rollout } = specFor(manifest, "prod");
    expect(rollout).toMatchObject({ strategy: "rolling", batch: 1, maxSurge: 0, maxUnavailable: 1 });
    expect(contradictions(undefined, { kind, replicas: 4 })).toEqual([]);
  },
);

test("what would bring two copies to one disk is refused with what is allowed", () => {
  const many = { replicas: 2 };
  expect(contradictions({ strategy: "allAtOnce" }, many)).toEqual([
    `rollout.strategy: must be rolling, not "allAtOnce": ${LETS_GO}`,
  ]);
  expect(contradictions({ strategy: "allAtOnce" })).toEqual([]);
  expect(contradictions({ strategy: "blueGreen" }, { kind: "vm" })).toEqual([
    `rollout.strategy: must be rolling or allAtOnce, not "blueGreen": ${LETS_GO}`,
  ]);
  expect(contradictions({ batch: [1, "50%"], maxSurge: 1, maxUnavailable: 0 }, { kind: "vm" })).toEqual([
    `rollout.batch: must be 1, not [1,"50%"]: ${LETS_GO}`,
    `rollout.maxSurge: must be 0, not 1: ${LETS_GO}`,
    `rollout.maxUnavailable: must be 1, not 0: ${LETS_GO}`,
  ]);
});

test("what all share hinders no rollout", () => {
  const shared = { ...DATA, shared: true };
  expect(contradictions({ strategy: "blueGreen" }, { kind: "container", volumes: [shared] })).toEqual([]);
  expect(specFor({ app: "a", kind: "container", volumes: [shared] }, "prod").rollout.maxSurge).toBe(1);
});
