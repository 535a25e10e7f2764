import { expect, test } from "vitest";
import { type Asked, observationOf } from "./observe.ts";
import type { Copy } from "./side.ts";

const NOW = Date.parse("2026-01-05T12:00:00Z");

function aCopy(state: string | null, part: Partial<Copy> = {}): Copy {
  const backend = state === null ? null : { address: "i-1", port: 80, state: state as never, detail: "" };
  const startedAt = "2026-01-05T11:59:50Z";
  return {
    id: "i-1",
    version: "v2",
    address: null,
    startedAt,
    zone: null,
    lifecycle: "InService",
    backend,
    ...part,
  };
}

function asked(outcome: string, health: string, detail: string): Asked {
  return { "i-1": { atMs: NOW, said: { outcome, health, detail } } };
}

const short = (copy: Copy, said: Asked = {}) => {
  const { version, health, hopeless, serving, detail } = observationOf(copy, said, NOW);
  return [version, health, hopeless, serving, detail];
};

test("a copy on its way is of no version yet, so that the look is neither good nor bad", () => {
  expect(short(aCopy(null, { lifecycle: "Pending" }))).toEqual([
    null,
    "starting",
    false,
    false,
    "Auto Scaling says Pending",
  ]);
  expect(short(aCopy(null))[0]).toBeNull();
  expect(short(aCopy("initial"))[0]).toBeNull();
  expect(short(aCopy("unhealthy"))[0]).toBeNull();
});

test("healthy is what the load balancer says", () => {
  expect(short(aCopy("healthy")).slice(0, 4)).toEqual(["v2", "healthy", false, true]);
});

test("one that boots is waited for, one that should have booted long ago is not", () => {
  const silent = asked("unreachable", "unknown", "the SSM agent did not take up the command in 20 s");
  expect(short(aCopy("unhealthy"), silent)[4]).toBe("is booting");
  const old = aCopy("unhealthy", { startedAt: "2026-01-05T11:50:00Z" });
  expect(short(old, silent).slice(0, 3)).toEqual(["v2", "unhealthy", false]);
});

test("what the app itself says is the reason; a crash is hopeless", () => {
  expect(short(aCopy("unhealthy"), asked("ok", "unhealthy", "GET / answered 500"))).toEqual([
    "v2",
    "unhealthy",
    false,
    false,
    "GET / answered 500",
  ]);
  expect(short(aCopy("initial"), asked("crashed", "unhealthy", "crashed on start"))).toEqual([
    "v2",
    "unhealthy",
    true,
    false,
    "crashed on start",
  ]);
});

test("one that is well by its own word waits for the load balancer to see it", () => {
  expect(short(aCopy("unhealthy"), asked("ok", "healthy", "GET / answered 200"))[0]).toBeNull();
});
