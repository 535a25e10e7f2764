// What is not as the last deployment left it, each with what puts it right. Somebody may have changed it by hand, or a
// rollout's end could not do it.
import { isStateful } from "#core/domain/volume.ts";
import type { RepairResult, TargetContext } from "#core/driver/driver.ts";
import { giveBack, giveSurgeBack, raise, setTemplate } from "./capacity.ts";
import {
  deleteImage,
  deleteSnapshot,
  findInstances,
  tagFilters,
  terminateInstances,
  type Vm,
} from "./client.ts";
import type { Given } from "./disks/give.ts";
import { ownerOf } from "./ground.ts";
import { describe } from "./image/executions.ts";
import { type Images, makerOf, strandedSnapshots } from "./image/find.ts";
import { prepareImage } from "./image/prepare.ts";
import { nameDrift } from "./names.ts";
import { ownerTags, TAGS, tagsOf } from "./naming.ts";
import { rebuild } from "./rebuild.ts";
import { takeSideAway } from "./remove.ts";
import { applyScaling, isScaledByOthers, scalingDrift } from "./scaling.ts";
import type { SideView } from "./side.ts";
import { ensureVersion, type Version } from "./template.ts";
import { wrongSize } from "./wrong-size.ts";

export type Drift = {
  sentence: string;
  mend(): Promise<RepairResult>;
  /** It takes a copy out of traffic, so it waits where another is on its way. */
  takesAway?: true;
};
export type Seen = {
  sides: SideView[];
  active: SideView | undefined;
  images: Images;
  versions: Version[];
  disks: Pick<Given, "waiting">;
};

export async function driftOf(vm: Vm, target: TargetContext, seen: Seen): Promise<Drift[]> {
  const { current } = target;
  const left = await leftByBakes(vm, target, seen.images);
  if (!current) return left;
  const { sides, active, versions } = seen;
  if (!active) return [groupGone(vm, target, current), ...left];
  const wrong = wrongSize(vm, target, current, { view: active, versions });
  return [
    ...(wrong ? [wrong] : []),
    // What is borrowed to replace them is given back when they are gone.
    ...sides.flatMap((view) => (wrong && view === active ? [] : borrowed(vm, target, view))),
    ...waitingForDisks(seen),
    ...otherTemplate(vm, target, current, seen, active),
    ...(await otherCount(vm, target, active)),
    ...sides.flatMap((view) => (view === active ? [] : overdue(vm, target, view))),
    ...(await otherScaling(vm, target, active)),
    ...(await nameDrift(vm, target, active)),
    ...left,
  ];
}

function done(replica: string, action: string, detail: string): RepairResult {
  return { replica, result: "repaired", action, detail };
}

function groupGone(vm: Vm, target: TargetContext, current: string): Drift {
  return { sentence: "The Auto Scaling group is gone.", mend: () => rebuild(vm, target, current) };
}

/** Whoever repairs gives out disks first (repair.ts): what is left here has to wait. */
function waitingForDisks({ disks }: Seen): Drift[] {
  return Object.entries(disks.waiting).map(([replica, why]) => ({
    sentence: `${replica} ${why}.`,
    mend: async () => ({ replica, result: "held", action: "attach its disks", detail: why }),
  }));
}

function borrowed(vm: Vm, target: TargetContext, view: SideView): Drift[] {
  if (view.tags[TAGS.rollout] === undefined && view.capacity === view.desired) return [];
  return [
    {
      sentence: `${view.name} still has what a rollout borrowed: zones are not rebalanced, and its limits may be raised.`,
      mend: async () => {
        await giveSurgeBack(vm, view);
        await giveBack(vm, view, isStateful(target.spec));
        return done(view.name, "gave back", "zones are rebalanced again, and the limits are as they were");
      },
    },
  ];
}

function otherTemplate(
  vm: Vm,
  target: TargetContext,
  current: string,
  { images, versions }: Seen,
  active: SideView,
): Drift[] {
  const own = versions.find(({ number }) => number === active.templateVersion);
  if (own?.label?.version !== current) {
    const type = own?.type ? ` (${own.type})` : "";
    const launches = own?.label?.version ?? `version ${active.templateVersion} of the template${type}`;
    return [
      {
        sentence: `${active.name} launches ${launches}; the last deployment left it at ${current}.`,
        mend: () => relaunch(vm, target, current, active),
      },
    ];
  }
  if (images.standing.some(({ id }) => id === own.imageId)) return [];
  return [
    {
      sentence: `The image ${own.imageId} of ${current} is gone: no instance could be launched.`,
      mend: () => relaunch(vm, target, current, active),
    },
  ];
}

/**
 * What somebody set by hand: a copy more or fewer is Auto Scaling's to launch, or to drain and end. Where the release is scaled the count is
 * scaling's, and where others scale the group it is theirs.
 */
async function otherCount(vm: Vm, { spec }: TargetContext, active: SideView): Promise<Drift[]> {
  const { name, desired } = active;
  const missing = spec.replicas - desired;
  if (spec.scaling || missing === 0 || (await isScaledByOthers(vm, active))) return [];
  return [
    {
      sentence: `${name} keeps ${desired} copies; the last deployment left ${spec.replicas}.`,
      mend: async () => {
        await raise(vm, active, missing, 0);
        return done(name, "set the count", `it is to keep ${spec.replicas} again`);
      },
      ...(missing < 0 ? { takesAway: true } : {}),
    },
  ];
}

/** Where the image is gone, it is baked first; a later pass finds it. */
async function relaunch(
  vm: Vm,
  target: TargetContext,
  version: string,
  view: SideView,
): Promise<RepairResult> {
  const release = await target.release(version);
  const image = await prepareImage(vm, target, { version, startedAt: null }, null);
  const about = { replica: view.name, action: "set the template" };
  if (image.phase === "failed") return { ...about, result: "failed", detail: image.reason };
  if (image.phase === "running")
    return { ...about, result: "begun", detail: "its image is being baked again" };
  const templateVersion = await ensureVersion(vm, target, release, image.image.image);
  await setTemplate(vm, target, view, { version, templateVersion });
  return { ...about, result: "repaired", detail: `it launches ${version} again` };
}

function overdue(vm: Vm, target: TargetContext, view: SideView): Drift[] {
  const until = view.tags[TAGS.keptUntil];
  if (until !== undefined && Date.parse(until) > target.clock.now()) return [];
  const why = until === undefined ? "belongs to no deployment" : `was kept until ${until}`;
  return [
    {
      sentence: `${view.name} has no traffic and ${why}.`,
      mend: async () => {
        await takeSideAway(vm, target, view);
        return done(view.name, "removed", `it had no traffic and ${why}`);
      },
    },
  ];
}

async function otherScaling(vm: Vm, target: TargetContext, active: SideView): Promise<Drift[]> {
  const sentence = await scalingDrift(vm, target, active);
  if (sentence === null) return [];
  const mend = async () => {
    await applyScaling(vm, target, active);
    return done(active.name, "set the scaling", "it is scaled as the release has it");
  };
  return [{ sentence, mend }];
}

type Left = { id: string; execution: string; takeAway(): Promise<void> };

/** An execution takes away what it launched and did not test; one that was stopped, or ran out of time, could not. */
async function leftByBakes(vm: Vm, target: TargetContext, images: Images): Promise<Drift[]> {
  const [instances, snapshots] = await Promise.all([builders(vm, target), stranded(vm, target, images)]);
  const found = [...instances, ...unfinished(vm, target, images.untested), ...snapshots];
  const executions = [...new Set(found.map(({ execution }) => execution))];
  const states = await Promise.all(executions.map((name) => describe(vm, name)));
  const ended = executions.filter((_, index) => states[index]?.status !== "RUNNING");
  return found.filter(({ execution }) => ended.includes(execution)).map(leftBehind);
}

async function builders(vm: Vm, target: TargetContext): Promise<Left[]> {
  const found = await findInstances(vm, [
    ...tagFilters(ownerTags(ownerOf(target))),
    { Name: "tag-key", Values: [TAGS.builder] },
  ]);
  return found.map(({ InstanceId: id = "", Tags }) => ({
    ...{ id, execution: makerOf(Tags) },
    takeAway: () => terminateInstances(vm, [id]),
  }));
}

function unfinished(vm: Vm, target: TargetContext, untested: Images["untested"]): Left[] {
  const { environment } = ownerOf(target);
  return untested
    .filter(({ Tags }) => tagsOf(Tags)[TAGS.environment] === environment && makerOf(Tags) !== "")
    .map((image) => ({
      ...{ id: image.ImageId ?? "", execution: makerOf(image.Tags) },
      takeAway: () => deleteImage(vm, image),
    }));
}

/** Whichever environment asked for the image: an app's images serve them all, and who deleted this one may be gone. */
async function stranded(vm: Vm, { app }: TargetContext, images: Images): Promise<Left[]> {
  return (await strandedSnapshots(vm, app, images)).map(({ SnapshotId: id = "", Tags }) => ({
    ...{ id, execution: makerOf(Tags) },
    takeAway: () => deleteSnapshot(vm, id),
  }));
}

function leftBehind({ id, execution, takeAway }: Left): Drift {
  return {
    sentence: `${id} was left behind by ${execution}, which made an image.`,
    mend: async () => {
      await takeAway();
      return done(id, "taken away", "it was left behind by a workflow that made an image");
    },
  };
}
