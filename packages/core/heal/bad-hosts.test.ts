import { expect, test } from "vitest";
import type { BadHost } from "../domain/environment.ts";
import type { Replica } from "../domain/replica.ts";
import { badHostsOf, type HostsInput, hostToMark, lackBecause, PROOF_MS, proveHosts } from "./bad-hosts.ts";

const NOW = Date.UTC(2026, 0, 5, 12);
const at = (ms: number) => new Date(ms).toISOString();

const aCopy = (id: string, health: Replica["health"] = "healthy"): Replica => ({
  id,
  version: "v1",
  health,
  address: null,
  startedAt: null,
});
const aMark = (host: string, more: Partial<BadHost> = {}): BadHost => ({
  pool: "web",
  host,
  since: at(NOW - 3_600_000),
  why: "it was broken",
  by: "tutti",
  provenSince: null,
  ...more,
});
const broken = (replica: string) => ({ replica, dead: false, detail: "GET /healthz answered 500." });
const patient = (replica: string, repairs = 3, agoSeconds = 121) => ({
  replica,
  brokenSince: at(NOW - 600_000),
  repairs,
  repairedAt: at(NOW - agoSeconds * 1000),
});

const anInput = (more: Partial<HostsInput> = {}): HostsInput => ({
  pool: "web",
  marks: [],
  fleet: {
    replicas: [aCopy("web-1"), aCopy("web-2", "unhealthy"), aCopy("web-3")],
    spare: ["web-4"],
    unreachable: [],
  },
  broken: [broken("web-2")],
  healing: { patients: [patient("web-2")] },
  policy: { pauseSeconds: 30, maxRepairs: 5 },
  ...more,
});
const marked = (more: Partial<HostsInput> = {}) => hostToMark(anInput(more), NOW)?.host ?? null;

test("a host whose copy three repairs have not mended, while others are well, is bad, and the mark says why", () => {
  expect(hostToMark(anInput(), NOW)).toEqual({
    pool: "web",
    host: "web-2",
    since: at(NOW),
    why: "web-2 is broken still after 3 repairs (GET /healthz answered 500)",
    by: "tutti",
    provenSince: null,
  });
});

test.each([
  ["two repairs", { healing: { patients: [patient("web-2", 2)] } }],
  ["the pause after the third is not over", { healing: { patients: [patient("web-2", 3, 119)] } }],
  ["nobody has repaired it", { healing: { patients: [] } }],
  ["it is well again", { broken: [] }],
  ["another host has a broken copy too: it is the app", { broken: [broken("web-2"), broken("web-3")] }],
  [
    "no copy is well: it may be the app",
    { fleet: { replicas: [aCopy("web-2", "unhealthy")], spare: ["web-4"], unreachable: [] } },
  ],
  ["a quarter of the pool is bad already", { marks: [aMark("web-4")] }],
  [
    "it is the only host",
    { fleet: { replicas: [aCopy("web-2", "unknown")], spare: [], unreachable: ["web-2"] } },
  ],
] as [string, Partial<HostsInput>][])("no host is marked where %s", (_why, more) => {
  expect(marked(more)).toBe(null);
});

test("one that nobody reaches is bad whatever the others are, and so is the host of a second copy", () => {
  const alone = { replicas: [aCopy("web-2", "unknown")], spare: ["web-4"], unreachable: ["web-2"] };
  expect(marked({ fleet: alone })).toBe("web-2");
  const fleet = {
    replicas: [aCopy("web-1"), aCopy("web-1/2", "unhealthy"), aCopy("web-3")],
    spare: [],
    unreachable: [],
  };
  expect(marked({ fleet, broken: [broken("web-1/2")], healing: { patients: [patient("web-1/2")] } })).toBe(
    "web-1",
  );
});

test("marks of another pool count for nothing there", () => {
  const marks = [aMark("web-4", { pool: "other" })];
  expect(marked({ marks })).toBe("web-2");
  expect(badHostsOf({ badHosts: marks }, "web")).toEqual([]);
});

const look = (marks: BadHost[], nowMs: number, more: Partial<HostsInput> = {}) =>
  proveHosts({ ...anInput({ broken: [], ...more }), marks }, nowMs);

test("a host that answers for half an hour with nothing broken on it is cleared; one bad look begins anew", () => {
  const marks = [aMark("web-2")];
  const first = look(marks, NOW);
  expect(first).toEqual({ marks: [aMark("web-2", { provenSince: at(NOW) })], cleared: [] });
  expect(look(first.marks, NOW + PROOF_MS - 1).marks).toBe(first.marks);
  const bad = look(first.marks, NOW + PROOF_MS, { broken: [broken("web-2")] });
  expect(bad).toEqual({ marks, cleared: [] });
  expect(look(bad.marks, NOW + PROOF_MS, { broken: [broken("web-2")] }).marks).toBe(bad.marks);
  expect(look(first.marks, NOW + PROOF_MS)).toEqual({ marks: [], cleared: first.marks });
});

test("one that does not answer proves nothing, one that has left the pool needs no mark, and a person's mark stays", () => {
  const silent = { replicas: [aCopy("web-1")], spare: [], unreachable: ["web-2"] };
  const marks = [aMark("web-2"), aMark("web-9"), aMark("web-1", { by: "ann" })];
  const { marks: left, cleared } = look(marks, NOW, { fleet: silent });
  expect(left).toEqual([marks[0], marks[2]]);
  expect(cleared.map((one) => one.host)).toEqual(["web-9"]);
});

test("copies that have lost their host for a mark are missing, and it is said which hosts are marked", () => {
  const replicas = [aCopy("web-1"), { ...aCopy("web-4"), version: null }];
  expect(lackBecause({ bad: ["web-2"], replicas }, 2)).toBe(
    "1 of 2 copies has no host: web-2 is marked bad, and no other has room.",
  );
  expect(lackBecause({ bad: ["web-2"], replicas }, 1)).toBe(null);
  expect(lackBecause({ replicas }, 2)).toBe(null);
});
