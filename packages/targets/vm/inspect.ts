// What is live: both sides, the traffic between them, which images stand, and what somebody changed. Changes nothing.
import { EMPTY_FLEET, type Fleet, type Replica } from "#core/domain/replica.ts";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Weights } from "#targets/balancer/weights.ts";
import type { Vm } from "./client.ts";
import { lookAtDisks } from "./disks/give.ts";
import { liveVolumes } from "./disks/serve.ts";
import { driftOf } from "./drift.ts";
import { groundOf, whoOf } from "./ground.ts";
import { readImages } from "./image/find.ts";
import { type Choice, chooseType } from "./instance-type.ts";
import { liveScaling } from "./scaling.ts";
import { healthOf, readSides, type SideView } from "./side.ts";
import { readVersions, type Version } from "./template.ts";

export async function inspect(vm: Vm, target: TargetContext): Promise<Fleet> {
  groundOf(target);
  const who = whoOf(target);
  const sides = await readSides(vm, target);
  const [disks, weights, images, versions] = await Promise.all([
    lookAtDisks(vm, target, sides),
    vm.balancer.weights(who),
    readImages(vm, target.app),
    readVersions(vm, target),
  ]);
  const active = sides.find((one) => (weights[one.side] ?? 0) > 0) ?? sides[0];
  const arn = active?.targetGroupArn ?? null;
  const keeps = launchedBy(versions, active);
  const choice = target.current === undefined ? await chooseType(vm, target) : undefined;
  const [endpoint, drift, scaling] = await Promise.all([
    arn === null ? null : vm.balancer.endpoint(who, arn),
    // While a deployment is under way nothing is drift.
    target.current === undefined ? [] : driftOf(vm, target, { sides, active, images, versions, disks }),
    target.current === undefined || !active ? undefined : liveScaling(vm, target, active),
  ]);
  const volumes = liveVolumes(target, disks.disks);
  return {
    ...EMPTY_FLEET,
    replicas: sides.flatMap((view) => replicasOf(view, shareOf(view, weights), target, disks.waiting)),
    endpoint,
    traffic: trafficOf(sides, weights),
    drift: drift.map(({ sentence }) => sentence),
    prepared: [...new Set(images.standing.map((one) => one.version))],
    ...(active ? { desired: active.desired } : {}),
    ...(keeps === undefined ? {} : { keeps }),
    ...(volumes === undefined ? {} : { volumes }),
    ...(scaling === undefined ? {} : { scaling }),
    ...(choice === undefined ? {} : sizing(choice, versions)),
  };
}

function sizing(choice: Choice, versions: Version[]): Pick<Fleet, "size" | "unfit"> {
  if ("type" in choice) return { size: choice.type };
  const { reason, path } = choice;
  return { unfit: { reason, path, known: versions.flatMap(({ label }) => label?.version ?? []) } };
}

/** The release that the group would launch next; undefined where the template's version is not Tutti's. */
function launchedBy(versions: Version[], active: SideView | undefined): string | undefined {
  return versions.find(({ number }) => number === active?.templateVersion)?.label?.version;
}

/** Before there is a listener the only side is not idle: nobody has traffic yet. */
function shareOf({ side }: SideView, weights: Weights): number {
  return Object.keys(weights).length === 0 ? 100 : (weights[side] ?? 0);
}

/** `waiting`: copies that have not all of their disks, with why. */
function replicasOf(
  view: SideView,
  share: number,
  { spec, clock }: TargetContext,
  waiting: Record<string, string>,
): Replica[] {
  return view.copies.map((copy) => {
    const { health, detail } = healthOf(copy, spec.health.graceSeconds, clock.now());
    return {
      id: copy.id,
      version: copy.version,
      health,
      address: copy.address === null ? null : `${copy.address}:${copy.backend?.port ?? spec.port}`,
      startedAt: copy.startedAt,
      detail: waiting[copy.id] ?? detail,
      ...(copy.backend?.anomalous ? { anomalous: true } : {}),
      ...(copy.type === undefined ? {} : { size: copy.type }),
      // To one decimal, and 0 only where there is none.
      trafficPercent: Math.ceil((10 * share) / view.copies.length) / 10,
    };
  });
}

/** Of a side each version gets its part, by the copies that are healthy. */
function trafficOf(sides: SideView[], weights: Weights): Fleet["traffic"] {
  const shares = new Map<string, number>();
  for (const { side, copies } of sides) {
    const serving = copies.filter((one) => one.backend?.state === "healthy" && one.version !== null);
    for (const { version } of serving)
      shares.set(version!, (shares.get(version!) ?? 0) + (weights[side] ?? 0) / serving.length);
  }
  return [...shares]
    .filter(([, percent]) => percent > 0)
    .map(([version, percent]) => ({ version, percent: Math.round(percent) }));
}
