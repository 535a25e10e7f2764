import { expect, test } from "vitest";
import type { Live, Published } from "./client.ts";
import { driftOf } from "./inspect.ts";
import { functionNameOf, labelOf, readLabel, readSince, sinceLabel } from "./naming.ts";
import { prunable } from "./prune.ts";
import { freshOf } from "./renew.ts";

function published(number: number, version: string | null = `v${number}`): Published {
  const label = version === null ? null : { releaseId: `rel_${version}`, version };
  return { number: String(number), label, state: "Active", stateReason: "" };
}

function live(percents: Record<string, number>, over: Partial<Live> = {}): Live {
  return {
    name: "tutti-app-shop_prod",
    versions: [published(1), published(2), published(3, null)],
    alias: { percents: new Map(Object.entries(percents)), revisionId: "r" },
    url: "http://x",
    ...over,
  };
}

test("an alias as the last deployment left it is no drift", () => {
  expect(driftOf(live({ 2: 100 }), "v2")).toEqual([]);
});

test("while a deployment is under way nothing is drift", () => {
  expect(driftOf(live({ 1: 90, 2: 10 }), undefined)).toEqual([]);
});

test("an alias changed by hand is told with what it was and what it is", () => {
  expect(driftOf(live({ 1: 30, 3: 70 }), "v2")).toEqual([
    "The alias live sends 30% to v1 and 70% to lambda-version-3; the last deployment left it at 100% to v2.",
  ]);
});

test("a missing alias and a missing URL are drift", () => {
  expect(driftOf(live({}, { alias: null }), "v2")).toEqual(["The alias live is gone."]);
  expect(driftOf(live({ 2: 100 }, { url: null }), "v2")).toEqual(["The function URL is gone."]);
});

test("the newest five versions stay, and whatever has traffic, and what Tutti did not publish", () => {
  const versions = [1, 2, 3, 4, 5, 6, 7, 8].map((number) =>
    published(number, number === 2 ? null : `v${number}`),
  );
  const alias = { percents: new Map([["1", 100]]), revisionId: "r" };
  expect(prunable(versions, alias).map((one) => one.number)).toEqual(["3"]);
});

test("a release that was published once more is one way back: its newest stays, and of the one that serves the one before too", () => {
  const names = ["v1", "v1", "v1", "v2", "v2", "v3", "v4", "v5", "v5", "v5"];
  const versions = names.map((name, index) => published(index + 1, name));
  const alias = { percents: new Map([["10", 100]]), revisionId: "r" };
  expect(prunable(versions, alias).map((one) => one.number)).toEqual(["8", "4", "2", "1"]);
  const older = [published(1, "v0"), ...names.map((name, index) => published(index + 2, name))];
  expect(prunable(older, { ...alias, percents: new Map([["11", 100]]) }).map((one) => one.number)).toEqual([
    ...["9", "5", "3", "2", "1"],
  ]);
});

test("what serves has fresh environments where its release was published after it, and not where another was", () => {
  const versions = [published(4, "v1"), published(3, "v2"), published(2, "v1"), published(1, "v1")];
  expect(freshOf(live({ 2: 100 }, { versions }))?.number).toBe("4");
  expect(freshOf(live({ 4: 100 }, { versions }))).toBeUndefined();
  expect(freshOf(live({ 3: 100 }, { versions }))).toBeUndefined();
  const failed = [{ ...versions[0]!, state: "Failed" }, ...versions.slice(1)];
  expect(freshOf(live({ 2: 100 }, { versions: failed }))).toBeUndefined();
});

test("an alias tells since when it is so, and one that somebody else described tells nothing", () => {
  expect(readSince(sinceLabel("2026-01-05T12:00:00.000Z"))).toBe("2026-01-05T12:00:00.000Z");
  expect([readSince(undefined), readSince("by hand")]).toEqual([null, null]);
});

test("a label is read back as it was written", () => {
  const release = { id: "rel_1", version: "2.0 beta" } as Parameters<typeof labelOf>[0];
  expect(readLabel(labelOf(release))).toEqual({ releaseId: "rel_1", version: "2.0 beta" });
  expect(readLabel("by hand")).toBeNull();
});

test("a name over 64 characters is cut, and stays different from its neighbours", () => {
  expect(functionNameOf("tutti-app-", "shop", "prod")).toBe("tutti-app-shop_prod");
  const [a, b] = ["a", "b"].map((end) => functionNameOf("tutti-app-", "x".repeat(70) + end, "prod"));
  expect(a).toHaveLength(64);
  expect(a).not.toBe(b);
});
