// What `volumes` ask of the rest of a manifest. A copy with a disk of its own is replaced by letting go first: one at a
// time, none beside it. What contradicts that is refused where it stands.
import type { Kind } from "../domain/kind.ts";
import type { Spec } from "../domain/spec.ts";
import { isStateful } from "../domain/volume.ts";
import { show } from "./amounts.ts";
import { isRecord } from "./merge.ts";
import { join, type Problem } from "./problem.ts";
import type { Finding } from "./scaling-rules.ts";

/** Lambda, FileSystemConfig: LocalMountPath is `^/mnt/[a-zA-Z0-9-_.]+$`. */
const LAMBDA_PATH = /^\/mnt\/[A-Za-z0-9._-]+$/;

/** On the raw document: what a kind cannot do is told before anything else. */
export function volumeKindProblems(volumes: unknown, kind: Kind, path: string): Problem[] {
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((one: unknown, index) => {
    if (!isRecord(one)) return [];
    const at = (key: string) => join(join(path, String(index)), key);
    const found = [
      ...sharedProblems(one, kind),
      ...ephemeralProblems(one, kind),
      ...snapshotProblems(one, kind),
    ];
    return found.map(([key, message]): Problem => ({ path: at(key), message, sort: "kind" }));
  });
}

type Told = [key: string, message: string];

function sharedProblems({ shared, ephemeral }: Record<string, unknown>, kind: Kind): Told[] {
  if (kind === "server" || kind === "vm")
    return shared === true ? [["shared", `is not for kind ${kind}: kinds container, function can`]] : [];
  if (shared === true) return [];
  if (kind === "function")
    return [
      [
        "shared",
        "must be true on a function: its copies have no disk of their own, kinds server, vm have; function.ephemeralMiB sizes /tmp",
      ],
    ];
  if (ephemeral === true) return [];
  return [
    [
      "shared",
      "must be true on a container, or ephemeral: ECS deletes the disk of a service's task with the task, so that no release would find it again; kinds server, vm have disks that stay",
    ],
  ];
}

function ephemeralProblems({ ephemeral, fromSnapshot }: Record<string, unknown>, kind: Kind): Told[] {
  if (kind === "container") {
    const stray = fromSnapshot !== undefined && ephemeral !== true;
    return stray ? [["fromSnapshot", "needs ephemeral: true: what is shared is never made anew"]] : [];
  }
  const message = `is not for kind ${kind}: only kind container can`;
  return [
    ...(ephemeral === true ? [["ephemeral", message] as Told] : []),
    ...(fromSnapshot === undefined ? [] : [["fromSnapshot", message] as Told]),
  ];
}

function snapshotProblems({ snapshot }: Record<string, unknown>, kind: Kind): Told[] {
  return snapshot === true && kind !== "vm"
    ? [["snapshot", `is not for kind ${kind}: only kind vm can`]]
    : [];
}

/** Once it is whole for an environment. `rollout` may have been said by a deployment alone. */
export function volumeFindings(spec: Spec): Finding[] {
  if (spec.kind === "function") return functionFindings(spec);
  if (spec.kind === "container") return containerFindings(spec);
  return isStateful(spec) ? [...oneAtATimeFindings(spec), ...linkFindings(spec)] : [];
}

function functionFindings({ volumes = [] }: Spec): Finding[] {
  if (volumes.length > 1)
    return [
      { keys: ["volumes"], message: "must be at most one on a function: Lambda mounts one file system" },
    ];
  return volumes
    .filter(({ path }) => !LAMBDA_PATH.test(path))
    .map(({ path }) => ({
      keys: ["volumes.0.path", "volumes"],
      message: `must be one folder below /mnt/ on a function, such as /mnt/data, not ${path}`,
    }));
}

/** Of a release against the one that runs: a disk of a machine grows, and never shrinks. */
export function resizeFindings(before: Spec, after: Spec): Finding[] {
  const sizes = new Map(before.volumes?.map(({ name, sizeGiB }) => [name, sizeGiB]));
  return (after.kind === "vm" ? (after.volumes ?? []) : []).flatMap(({ name, sizeGiB }, index) => {
    const has = sizes.get(name) ?? sizeGiB;
    if (has <= sizeGiB) return [];
    const message = `must be at least ${has}, not ${sizeGiB}: a disk of a virtual machine grows, and does not shrink; under another name it is another disk, which begins empty`;
    return [{ keys: [`volumes.${index}.sizeGiB`], message }];
  });
}

/** One for each task of a service (ECS developer guide, "Use Amazon EBS volumes with Amazon ECS"). */
function containerFindings({ volumes = [] }: Spec): Finding[] {
  const at = (index: number, key: string) => [`volumes.${index}.${key}`, "volumes"];
  const first = volumes.findIndex((one) => one.ephemeral);
  return volumes.flatMap(({ name, shared, ephemeral }, index) => [
    ...(ephemeral && shared
      ? [{ keys: at(index, "ephemeral"), message: "must not be true beside shared: choose one of them" }]
      : []),
    ...(ephemeral && index > first
      ? [
          {
            keys: at(index, "ephemeral"),
            message: `must be true of one volume at most, not of ${volumes[first]!.name} and ${name}: ECS gives a task one`,
          },
        ]
      : []),
  ]);
}

/** A link shows everybody on the host the same disk. */
function linkFindings({ kind, server, app }: Spec): Finding[] {
  const several = server.placement !== undefined && !server.apartFrom?.includes(app);
  if (kind !== "server" || server.supervisor !== "pm2" || !several) return [];
  const message = `must be systemd where several copies may share a host: with PM2 all of them would see one disk at its path; or name ${app} in server.apartFrom`;
  return [{ keys: ["server.supervisor", "volumes"], message }];
}

const WHY = "an app with a disk of each copy's own lets go of it before the next copy takes it";

function oneAtATimeFindings({ rollout, replicas, scaling }: Spec): Finding[] {
  const { strategy, batch, maxSurge, maxUnavailable } = rollout;
  const found: Finding[] = [];
  const tell = (key: string, allowed: string, said: unknown) =>
    found.push({
      keys: [`rollout.${key}`, "volumes"],
      message: `must be ${allowed}, not ${show(said)}: ${WHY}`,
    });
  const several = Math.max(replicas, scaling?.max ?? 0) > 1;
  const mayBeAllAtOnce = strategy === "allAtOnce" && !several;
  if (strategy !== "rolling" && !mayBeAllAtOnce)
    tell("strategy", several ? "rolling" : "rolling or allAtOnce", strategy);
  if ([batch].flat().some((entry) => entry !== 1)) tell("batch", "1", batch);
  if (maxSurge !== 0 && maxSurge !== "0%") tell("maxSurge", "0", maxSurge);
  if (maxUnavailable !== 1) tell("maxUnavailable", "1", maxUnavailable);
  return found;
}
