// What `resources` are on a function. Lambda has one measure, memory, and gives CPU in proportion: "at 1,769 MB, a function has the
// equivalent of one vCPU" (Lambda developer guide, "Configure Lambda function memory"). The disk is its /tmp.
import type { Spec } from "../domain/spec.ts";
import type { Finding } from "./scaling-rules.ts";

const MEMORY_OF_CPU_MIB = 1769;
/** Lambda quotas: memory, and ephemeral storage. */
const LEAST_MEMORY_MIB = 128;
const MOST_MEMORY_MIB = 10_240;
const MOST_DISK_GIB = 10;

type Sized = Pick<Spec, "function" | "resources">;

/** `said` is what the manifest says of both; what it leaves out follows from the other. */
export function functionSize(
  spec: Pick<Spec, "kind" | "function" | "resources">,
  said: Partial<Spec>,
): Sized {
  const { kind, function: own, resources } = spec;
  if (kind !== "function") return { function: own, resources };
  const { cpu, memoryMiB, diskGiB }: Partial<Spec["resources"]> = said.resources ?? {};
  const asked = cpu !== undefined || memoryMiB !== undefined;
  const memory = asked
    ? (said.function?.memoryMiB ??
      Math.max(LEAST_MEMORY_MIB, neededMiB({ cpu: cpu ?? 0, memoryMiB: memoryMiB ?? 0 })))
    : own.memoryMiB;
  const disk = said.function?.ephemeralMiB ?? (diskGiB === undefined ? undefined : diskGiB * 1024);
  return {
    function: { ...own, memoryMiB: memory, ...(disk === undefined ? {} : { ephemeralMiB: disk }) },
    resources: {
      cpu: cpu ?? memory / MEMORY_OF_CPU_MIB,
      memoryMiB: memoryMiB ?? memory,
      ...(diskGiB === undefined ? {} : { diskGiB }),
    },
  };
}

/** Of a spec that is whole. */
export function functionSizeFindings({ kind, function: own, resources }: Spec): Finding[] {
  if (kind !== "function") return [];
  const { cpu, memoryMiB, diskGiB } = resources;
  const needed = neededMiB({ cpu, memoryMiB });
  const found: Finding[] = [];
  if (needed > MOST_MEMORY_MIB || needed < LEAST_MEMORY_MIB)
    found.push({
      keys: ["resources.cpu", "resources.memoryMiB"],
      message: `takes ${needed} MiB on a function, where 1 vCPU comes with ${MEMORY_OF_CPU_MIB}: must be ${LEAST_MEMORY_MIB} to ${MOST_MEMORY_MIB}`,
    });
  else if (needed !== own.memoryMiB)
    found.push({
      keys: ["function.memoryMiB", "resources.memoryMiB", "resources.cpu"],
      message: `is ${own.memoryMiB}, and resources ask for ${needed}: leave one of them out`,
    });
  if (diskGiB !== undefined && diskGiB > MOST_DISK_GIB)
    found.push({
      keys: ["resources.diskGiB"],
      message: `must be 1 to ${MOST_DISK_GIB} on a function, not ${diskGiB}`,
    });
  else if (diskGiB !== undefined && own.ephemeralMiB !== diskGiB * 1024)
    found.push({
      keys: ["function.ephemeralMiB", "resources.diskGiB"],
      message: `is ${own.ephemeralMiB}, and resources.diskGiB asks for ${diskGiB * 1024}: leave one of them out`,
    });
  return found;
}

function neededMiB({ cpu, memoryMiB }: Pick<Spec["resources"], "cpu" | "memoryMiB">): number {
  // Without the noise of floating point.
  return Math.ceil(Math.max(memoryMiB, cpu * MEMORY_OF_CPU_MIB) - 1e-6);
}
