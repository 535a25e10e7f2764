// What a host says of itself while it is looked at: what it has, and what is reserved of it, by whom.
import * as z from "zod/mini";
import type { TargetContext } from "#core/driver/driver.ts";
import type { Resources } from "#core/placement/resources.ts";
import type { PlacementHost, Resident } from "#core/placement/room.ts";
import { copyId } from "#core/plan/copy-id.ts";
import type { Host } from "./hosts.ts";

const size = { milliCpu: z.int(), memoryMiB: z.int(), diskGiB: z.int() };
const Facts = z.object({
  ...size,
  reserved: z.array(z.object({ ...size, target: z.string(), copy: z.int(), apart: z.string() })),
});
export type HostFacts = z.infer<typeof Facts>;

/** `null` where it said nothing, or nothing that can be read. */
export function readFacts(stdout: string): HostFacts | null {
  const line = stdout.split("\n").find((text) => text.startsWith("TUTTI_HOST "));
  if (!line) return null;
  try {
    return Facts.parse(JSON.parse(line.slice("TUTTI_HOST ".length)));
  } catch {
    return null;
  }
}

type About = Pick<TargetContext, "app" | "environment">;

/** The host as placing sees it: what is of other targets is there to stay. */
export function placementHost(host: Host, facts: HostFacts, target: About): PlacementHost {
  const others = facts.reserved.filter((one) => one.target !== nameOf(target));
  return {
    id: host.id,
    ...(host.zone === undefined ? {} : { zone: host.zone }),
    ...(host.labels === undefined ? {} : { labels: host.labels }),
    capacity: host.capacity ?? resourcesOf(facts),
    residents: others.map((one) => residentOf(one, target.environment.name)),
  };
}

/** By replica: what the target's own copies have reserved. */
export function ownHolds(host: Host, facts: HostFacts, target: About): Record<string, Resources> {
  const own = facts.reserved.filter((one) => one.target === nameOf(target));
  return Object.fromEntries(own.map((one) => [copyId(host.id, one.copy), resourcesOf(one)]));
}

/** Rules about apps are about those of the same environment; another's go by their whole name. */
function residentOf(one: HostFacts["reserved"][number], environment: string): Resident {
  const [app = "", where] = one.target.split("/");
  const resources = resourcesOf(one);
  if (where !== environment) return { app: one.target, resources };
  return { app, resources, apartFrom: one.apart.split(",").filter(Boolean) };
}

function nameOf({ app, environment }: About): string {
  return `${app}/${environment.name}`;
}

function resourcesOf({ milliCpu, memoryMiB, diskGiB }: Record<keyof typeof size, number>): Resources {
  return { cpu: milliCpu / 1000, memoryMiB, diskGiB };
}
