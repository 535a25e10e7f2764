// Which type an app's instances are: the one that the manifest names, or the smallest that has what it asks for, or the
// environment's own. What the environment allows bounds the first two.
import type { TargetContext } from "#core/driver/driver.ts";
import { TuttiError } from "#core/errors.ts";
import { type InstanceType, isAllowed, smallestType, whyNoType } from "#core/placement/instance-type.ts";
import { tellResources } from "#core/placement/resources.ts";
import type { Vm } from "./client.ts";
import { groundOf } from "./ground.ts";
import type { Version } from "./template.ts";

/** `note`: a sentence for the dry run, where it was chosen. */
export type Choice = { type: string; note?: string } | { reason: string; path: string };

type Chooser = Pick<Vm, "offers">;

/** Calls the platform only where there is something to choose. */
export async function chooseType({ offers }: Chooser, target: TargetContext): Promise<Choice> {
  const { vm: settings, network } = groundOf(target);
  const { instanceType, baseImage, least } = target.spec.vm;
  const { instanceTypes } = settings;
  if (instanceType !== undefined) {
    if (!instanceTypes || isAllowed(instanceType, instanceTypes)) return { type: instanceType };
    const reason = `${target.environment.name} allows no ${instanceType}: of ${instanceTypes.join(", ")} alone.`;
    return { reason, path: "vm.instanceType" };
  }
  if (least === undefined) return { type: settings.instanceType };
  const allowed = instanceTypes ?? [settings.instanceType.replace(/\..*$/, ".*")];
  const imageId = baseImage ?? settings.baseImageId;
  const nowMs = target.clock.now();
  const [all, image, offered, subnets] = await Promise.all([
    offers.types(allowed, nowMs),
    offers.image(imageId, nowMs),
    offers.zonesOfTypes(allowed, nowMs),
    offers.zonesOfSubnets(network.subnetIds, nowMs),
  ]);
  const zones = [...new Set(subnets.values())].sort();
  const lacks = ({ name }: InstanceType) => zones.filter((zone) => !offered.get(name)?.includes(zone));
  const types = all.filter((one) => lacks(one).length < zones.length);
  const everywhere = types.filter((one) => lacks(one).length === 0);
  const wish = { ...least, architecture: image?.Architecture ?? "" };
  // One that is there in some of the zones alone is better than none: the group launches where it can.
  const found = image && (smallestType(everywhere, wish, allowed) ?? smallestType(types, wish, allowed));
  if (!found)
    return {
      reason: image ? whyNoType(types, wish, allowed) : `There is no image ${imageId}.`,
      path: "resources",
    };
  const [has, needs] = [found, least].map((one) => tellResources({ ...one, diskGiB: 0 }));
  const note = `Each copy gets an instance of type ${found.name} (${has}), the smallest of ${allowed.join(", ")} that has ${needs}.`;
  const missing = lacks(found);
  const where = `EC2 does not offer it in ${missing.join(", ")}: no copy comes up there.`;
  return { type: found.name, note: missing.length === 0 ? note : `${note} ${where}` };
}

/** For a release that is launched. One that had a type here before, which the environment allows no more, keeps it: a way back is never closed. */
export async function typeFor(
  vm: Chooser,
  target: TargetContext,
  releaseId: string,
  readVersions: () => Promise<Version[]>,
): Promise<string> {
  const choice = await chooseType(vm, target);
  if ("type" in choice) return choice.type;
  const before = (await readVersions()).find(({ label }) => label?.releaseId === releaseId)?.type;
  if (before) return before;
  throw noType(choice);
}

export function noType({ reason, path }: { reason: string; path: string }): TuttiError {
  return new TuttiError("invalid_input", reason, { errors: [{ path, message: reason }] });
}
