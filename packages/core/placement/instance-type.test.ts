import fc from "fast-check";
import { expect, test } from "vitest";
import { type InstanceType, isAllowed, smallestType, whyNoType } from "./instance-type.ts";

const type = (name: string, cpu: number, memoryMiB: number, architecture = "arm64"): InstanceType => ({
  name,
  cpu,
  memoryMiB,
  architectures: [architecture],
});
const TYPES = [
  type("t4g.medium", 2, 4096),
  type("t4g.small", 2, 2048),
  type("m7g.medium", 1, 4096),
  type("t4g.2xlarge", 8, 32_768),
  type("t3.small", 2, 2048, "x86_64"),
];
const wish = (cpu: number, memoryMiB: number, architecture = "arm64") => ({ cpu, memoryMiB, architecture });
const chosen = (asked: ReturnType<typeof wish>, allowed = ["t4g.*"]) =>
  smallestType(TYPES, asked, allowed)?.name;

test.each([
  [wish(0.25, 512), ["t4g.*"], "t4g.small"],
  [wish(2, 2048), ["t4g.*"], "t4g.small"],
  [wish(2, 2049), ["t4g.*"], "t4g.medium"],
  [wish(2.5, 512), ["t4g.*"], "t4g.2xlarge"],
  [wish(1, 512), ["t4g.*", "m7g.*"], "m7g.medium"],
  [wish(1, 512), ["t4g.medium", "t4g.2xlarge"], "t4g.medium"],
  [wish(1, 512, "x86_64"), ["t3.small", "t4g.*"], "t3.small"],
  [wish(9, 512), ["*"], undefined],
])("%j of %j is %s", (asked, allowed, name) => {
  expect(chosen(asked, allowed)).toBe(name);
});

test("of two that are as large the environment's order decides", () => {
  const twins = [type("a1.one", 2, 2048), type("b1.one", 2, 2048)];
  expect(smallestType(twins, wish(1, 1), ["b1.one", "a1.one"])?.name).toBe("b1.one");
  expect(smallestType(twins, wish(1, 1), ["*"])?.name).toBe("a1.one");
});

test("what fits nowhere is told with what is missing and what there is", () => {
  expect(whyNoType(TYPES, wish(16, 512), ["t4g.*", "t3.*"])).toBe(
    "No type of instance has cpu 16, memoryMiB 512. Of 4 allowed (t4g.*, t3.*): 3 have too little cpu (most: 8); 1 has not the image's architecture, arm64.",
  );
  expect(whyNoType(TYPES, wish(2, 65_536), ["t4g.*"])).toBe(
    "No type of instance has cpu 2, memoryMiB 65536. Of 3 allowed (t4g.*): 3 have too little memoryMiB (most: 32768).",
  );
  expect(whyNoType(TYPES, wish(1, 512), ["t9.*"])).toBe(
    "No type of instance has cpu 1, memoryMiB 512: EC2 offers none of t9.* here.",
  );
});

test("a name is allowed by itself, or by how it begins", () => {
  expect(isAllowed("t4g.small", ["t4g.small"])).toBe(true);
  expect(isAllowed("t4g.small", ["m7g.*", "t4g.*"])).toBe(true);
  expect(isAllowed("t4g.small", ["t4g"])).toBe(false);
});

test("whatever is asked: what is chosen has it, is allowed, and nothing smaller would do", () => {
  const size = fc.record({ cpu: fc.integer({ min: 1, max: 8 }), memoryMiB: fc.integer({ min: 1, max: 8 }) });
  const offered = fc.array(
    fc.record({
      family: fc.constantFrom("a1", "b2"),
      size,
      architecture: fc.constantFrom("arm64", "x86_64"),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(offered, size, fc.constantFrom(["a1.*"], ["b2.*", "a1.*"]), (list, need, allowed) => {
      const types = list.map((one, i) =>
        type(`${one.family}.n${i}`, one.size.cpu, one.size.memoryMiB, one.architecture),
      );
      const fitting = types.filter(
        ({ name, cpu, memoryMiB, architectures }) =>
          architectures.includes("arm64") &&
          allowed.some((prefix) => name.startsWith(prefix.slice(0, -1))) &&
          cpu >= need.cpu &&
          memoryMiB >= need.memoryMiB,
      );
      const found = smallestType(types, { ...need, architecture: "arm64" }, allowed);
      expect(found === null).toBe(fitting.length === 0);
      if (found === null) return;
      expect(fitting).toContain(found);
      const smaller = ({ cpu, memoryMiB }: InstanceType) =>
        cpu < found.cpu || (cpu === found.cpu && memoryMiB < found.memoryMiB);
      expect(fitting.filter(smaller)).toEqual([]);
    }),
  );
});
