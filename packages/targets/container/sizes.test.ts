import fc from "fast-check";
import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { sizeNotes, sizeOf } from "./sizes.ts";

const fargate = (cpu: number, memoryMiB: number) =>
  aSpec({ kind: "container", resources: { cpu, memoryMiB } });
const onHosts = (cpu: number, memoryMiB: number) => ({
  ...fargate(cpu, memoryMiB),
  container: { launchType: "EC2" as const, capacityProviders: [], placement: "spread" as const },
});

test.each([
  [0.25, 512, 256, 512],
  [0.25, 128, 256, 512],
  [0.25, 1025, 256, 2048],
  [0.25, 3000, 512, 3072],
  [0.3, 512, 512, 1024],
  [1, 2048, 1024, 2048],
  [5, 10_000, 8192, 16_384],
  [16, 122_880, 16_384, 122_880],
])("%s vCPU and %s MiB get %s units and %s MiB on Fargate", (cpu, memory, cpuUnits, memoryMiB) => {
  expect(sizeOf(fargate(cpu, memory))).toEqual({ cpuUnits, memoryMiB });
});

test("what the manifest asks for is never cut where Fargate sells it", () => {
  const asked = fc.record({
    cpu: fc.integer({ min: 1, max: 64 }),
    memory: fc.integer({ min: 6, max: 122_880 }),
  });
  fc.assert(
    fc.property(asked, ({ cpu, memory }) => {
      const { cpuUnits, memoryMiB } = sizeOf(fargate(cpu / 4, memory));
      expect(cpuUnits).toBeGreaterThanOrEqual(cpu * 256);
      expect(memoryMiB).toBeGreaterThanOrEqual(memory);
    }),
  );
});

test("hosts take any size, and nothing is to be said of it", () => {
  expect(sizeOf(onHosts(0.2, 100))).toEqual({ cpuUnits: 205, memoryMiB: 100 });
  expect(sizeNotes(onHosts(0.2, 100))).toEqual([]);
});

test("the dry run says what is given instead", () => {
  expect(sizeNotes(fargate(0.25, 512))).toEqual([]);
  expect(sizeNotes(fargate(0.3, 512))).toEqual([
    "resources: each copy gets cpu 0.5 and memoryMiB 1024, the nearest that Fargate sells to cpu 0.3 and memoryMiB 512.",
  ]);
});

test("a capacity provider of Fargate's counts as Fargate", () => {
  const providers = [{ name: "FARGATE_SPOT", weight: 1, base: 0 }];
  const spec = onHosts(0.3, 512);
  expect(sizeOf({ ...spec, container: { ...spec.container, capacityProviders: providers } }).cpuUnits).toBe(
    512,
  );
});
