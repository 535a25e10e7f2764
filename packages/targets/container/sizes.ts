// What a copy may have of cpu and memory. Fargate sells pairs: the nearest pair that holds both is taken, upward.
import type { Spec } from "#core/domain/spec.ts";

/** In ECS's words: 1024 units are one vCPU. */
export type Size = { cpuUnits: number; memoryMiB: number };

/**
 * Fargate's pairs: for each cpu the least and the most memory and the steps between (ECS developer guide, "Task
 * definition parameters for Fargate", Task size). At 256 units it is 512 MiB, 1 GB or 2 GB.
 */
const FARGATE = [
  { cpuUnits: 256, from: 512, to: 2048, step: 512 },
  { cpuUnits: 512, from: 1024, to: 4096, step: 1024 },
  { cpuUnits: 1024, from: 2048, to: 8192, step: 1024 },
  { cpuUnits: 2048, from: 4096, to: 16_384, step: 1024 },
  { cpuUnits: 4096, from: 8192, to: 30_720, step: 1024 },
  { cpuUnits: 8192, from: 16_384, to: 61_440, step: 4096 },
  { cpuUnits: 16_384, from: 32_768, to: 122_880, step: 8192 },
];

/** Pure. More than the largest pair is cut to it; `sizeNotes` says so. */
export function sizeOf({ resources, container }: Pick<Spec, "resources" | "container">): Size {
  const wanted = { cpuUnits: Math.ceil(resources.cpu * 1024), memoryMiB: resources.memoryMiB };
  return runsOnFargate(container)
    ? nearestPair(wanted)
    : { ...wanted, cpuUnits: Math.max(128, wanted.cpuUnits) };
}

/** Capacity providers take the place of the launch type, and Fargate's own all begin with its name. */
export function runsOnFargate({ launchType, capacityProviders }: Spec["container"]): boolean {
  const [first] = capacityProviders;
  return first ? first.name.startsWith("FARGATE") : launchType === "FARGATE";
}

function nearestPair(wanted: Size): Size {
  const fits = FARGATE.find(({ cpuUnits, to }) => cpuUnits >= wanted.cpuUnits && to >= wanted.memoryMiB);
  const { cpuUnits, from, to, step } = fits ?? FARGATE.at(-1)!;
  if (wanted.memoryMiB > to) return { cpuUnits, memoryMiB: to };
  const steps = Math.max(0, Math.ceil((wanted.memoryMiB - from) / step));
  const memoryMiB = from + steps * step;
  // Between 1 and 2 GB a quarter of a vCPU has no step.
  return { cpuUnits, memoryMiB: cpuUnits === 256 && memoryMiB === 1536 ? 2048 : memoryMiB };
}

/** For the dry run: where what is set is not what the manifest says. */
export function sizeNotes(spec: Pick<Spec, "resources" | "container">): string[] {
  const { cpuUnits, memoryMiB } = sizeOf(spec);
  const { resources } = spec;
  if (cpuUnits === Math.ceil(resources.cpu * 1024) && memoryMiB === resources.memoryMiB) return [];
  const asked = `cpu ${resources.cpu} and memoryMiB ${resources.memoryMiB}`;
  const given = `cpu ${cpuUnits / 1024} and memoryMiB ${memoryMiB}`;
  return [`resources: each copy gets ${given}, the nearest that ${nearestOf(spec)} to ${asked}.`];
}

function nearestOf({ container }: Pick<Spec, "container">): string {
  return runsOnFargate(container) ? "Fargate sells" : "ECS allows";
}
