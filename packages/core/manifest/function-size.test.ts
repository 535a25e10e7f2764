import { expect, test } from "vitest";
import type { TuttiError } from "../errors.ts";
import { parseManifest } from "./parse.ts";
import type { Manifest } from "./schema.ts";
import { specFor } from "./spec-for.ts";

const FUNCTION = { app: "greeter", kind: "function" };

function sizeOf(document: object) {
  const { function: own } = specFor(parseManifest({ ...FUNCTION, ...document }) as Manifest, "prod");
  return [own.memoryMiB, own.ephemeralMiB];
}

test("a function's memory follows from what it needs: the CPU comes with it, and /tmp is its disk", () => {
  expect(sizeOf({})).toEqual([128, undefined]);
  expect(sizeOf({ resources: { cpu: 1 } })).toEqual([1769, undefined]);
  expect(sizeOf({ resources: { cpu: 0.5, memoryMiB: 512 } })).toEqual([885, undefined]);
  expect(sizeOf({ resources: { cpu: 0.5, memoryMiB: 2048, diskGiB: 2 } })).toEqual([2048, 2048]);
  expect(sizeOf({ resources: { diskGiB: 1 }, function: { memoryMiB: 256 } })).toEqual([256, 1024]);
  expect(sizeOf({ resources: { cpu: 1 }, function: { memoryMiB: 2048 } })).toEqual([2048, undefined]);
  expect(sizeOf({ resources: { memoryMiB: 64 }, function: { memoryMiB: 256 }, environments: {} })).toEqual([
    256,
    undefined,
  ]);
});

test.each([
  [
    { resources: { cpu: 6 } },
    "resources.cpu",
    "takes 10614 MiB on a function, where 1 vCPU comes with 1769: must be 128 to 10240",
  ],
  [
    { resources: { cpu: 2 }, function: { memoryMiB: 2048 } },
    "function.memoryMiB",
    "is 2048, and resources ask for 3538: leave one of them out",
  ],
  [
    { resources: { memoryMiB: 512 }, function: { memoryMiB: 256 } },
    "function.memoryMiB",
    "is 256, and resources ask for 512: leave one of them out",
  ],
  [{ resources: { diskGiB: 20 } }, "resources.diskGiB", "must be 1 to 10 on a function, not 20"],
])("%j is refused at its path", (document, path, message) => {
  try {
    parseManifest({ ...FUNCTION, ...document });
    expect.unreachable();
  } catch (error) {
    expect((error as TuttiError).errors).toEqual([{ path, message }]);
  }
});
