import { expect, test } from "vitest";
import { aSpec } from "#test/support/a-deployment.ts";
import { sizeChanges } from "./size-changes.ts";

const NONE = { replicas: [] };
const vm = (least?: { cpu: number; memoryMiB: number }, diskGiB?: number) =>
  aSpec({
    kind: "vm",
    vm: { keepSeconds: 0, ...(least ? { least } : {}) },
    resources: { ...(least ?? { cpu: 0.25, memoryMiB: 512 }), ...(diskGiB ? { diskGiB } : {}) },
  });

test("what changes is told by its key, and what the manifest does not say is nothing", () => {
  const container = (memoryMiB: number) => aSpec({ kind: "container", resources: { cpu: 1, memoryMiB } });
  expect(sizeChanges(container(512), container(1024), NONE)).toEqual([
    { name: "resources.memoryMiB", from: "512", to: "1024" },
  ]);
  expect(sizeChanges(vm(), vm({ cpu: 2, memoryMiB: 3000 }, 20), NONE)).toEqual([
    { name: "resources.cpu", from: null, to: "2" },
    { name: "resources.memoryMiB", from: null, to: "3000" },
    { name: "resources.diskGiB", from: null, to: "20" },
  ]);
  expect(sizeChanges(null, vm({ cpu: 2, memoryMiB: 3000 }), NONE)).toEqual([]);
});

test("servers have no size where nothing is placed, functions have their memory", () => {
  const server = (cpu: number, placement?: "spread") =>
    aSpec({
      resources: { cpu, memoryMiB: 512 },
      server: { ...aSpec().server, ...(placement ? { placement } : {}) },
    });
  expect(sizeChanges(server(1), server(2), NONE)).toEqual([]);
  expect(sizeChanges(server(1, "spread"), server(2, "spread"), NONE)).toEqual([
    { name: "resources.cpu", from: "1", to: "2" },
  ]);
  const own = (memoryMiB: number) =>
    aSpec({ kind: "function", function: { ...aSpec().function, memoryMiB } });
  expect(sizeChanges(own(128), own(885), NONE)).toEqual([
    { name: "function.memoryMiB", from: "128", to: "885" },
  ]);
});

test("the type of an instance is told against what runs, whoever changed it", () => {
  const copy = { version: "v1", health: "healthy" as const, address: null, startedAt: null };
  const replicas = ["i-1", "i-2"].map((id) => ({ ...copy, id, size: "t4g.small" }));
  expect(sizeChanges(vm(), vm(), { replicas, size: "t4g.large" })).toEqual([
    { name: "instance type", from: "t4g.small", to: "t4g.large" },
  ]);
  expect(sizeChanges(vm(), vm(), { replicas, size: "t4g.small" })).toEqual([]);
});
