import { expect, test } from "vitest";
import { expiredBy, type LifecycleRule, parseLifecycle } from "./lifecycle.ts";

const DAY_MS = 86_400_000;
const NOW = 100 * DAY_MS;

function aRule(rulePriority: number, selection: Partial<LifecycleRule["selection"]>): LifecycleRule {
  const standard = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 } as const;
  return { rulePriority, selection: { ...standard, ...selection }, action: { type: "expire" } };
}

function anImage(digest: string, ageDays: number, ...tags: string[]) {
  return { digest, tags, pushedAt: NOW - ageDays * DAY_MS };
}

const digests = (rules: LifecycleRule[], images: ReturnType<typeof anImage>[]) =>
  expiredBy(rules, images, NOW).map(({ digest }) => digest);

test("the newest of a count stay, whatever their order", () => {
  const images = [anImage("old", 3), anImage("new", 1), anImage("middle", 2)];
  expect(digests([aRule(1, { countNumber: 2 })], images)).toEqual(["old"]);
  expect(digests([aRule(1, { countNumber: 3 })], images)).toEqual([]);
});

test("what was pushed longer ago than the days goes", () => {
  const rule = aRule(1, { countType: "sinceImagePushed", countUnit: "days", countNumber: 7 });
  expect(digests([rule], [anImage("8", 8), anImage("7", 7), anImage("6", 6)])).toEqual(["8"]);
});

test("an image that fits a rule is safe from those of lower priority", () => {
  const keepProd = aRule(1, { tagStatus: "tagged", tagPrefixList: ["prod"], countNumber: 10 });
  const images = [anImage("prod", 5, "prod-1"), anImage("a", 4, "dev"), anImage("b", 3)];
  expect(expiredBy([aRule(2, { countNumber: 1 }), keepProd], images, NOW)).toEqual([
    { digest: "a", rulePriority: 2 },
  ]);
  expect(digests([aRule(2, { countNumber: 1 })], images)).toEqual(["a", "prod"]);
});

test("all prefixes of a rule, or all its patterns, must be met", () => {
  const both = aRule(1, {
    tagStatus: "tagged",
    tagPrefixList: ["alpha", "beta"],
    countType: "sinceImagePushed",
    countUnit: "days",
    countNumber: 1,
  });
  expect(digests([both], [anImage("one", 9, "alpha-1"), anImage("two", 9, "alpha-2", "beta-2")])).toEqual([
    "two",
  ]);
  const pattern = { ...both, selection: { ...both.selection, tagPrefixList: [], tagPatternList: ["v*.0"] } };
  expect(digests([pattern], [anImage("1.0", 9, "v1.0"), anImage("1.1", 9, "v1.1")])).toEqual(["1.0"]);
});

test("untagged images are those without any tag", () => {
  const rule = aRule(1, { tagStatus: "untagged", countNumber: 1 });
  expect(digests([rule], [anImage("tagged", 9, "x"), anImage("a", 2), anImage("b", 1)])).toEqual(["a"]);
});

test.each([
  ["{", "not valid JSON"],
  ['{"rules": []}', "1 to 50 rules"],
  [JSON.stringify({ rules: [aRule(1, { tagStatus: "tagged" })] }), "rule 1 needs either tagPrefixList"],
  [JSON.stringify({ rules: [aRule(1, { countType: "sinceImagePushed" })] }), "rule 1 has countUnit days"],
  [JSON.stringify({ rules: [aRule(1, {}), aRule(1, {})] }), "rule 1 is there twice"],
  [JSON.stringify({ rules: [aRule(1, {}), aRule(2, { tagStatus: "untagged" })] }), "highest rulePriority"],
  [JSON.stringify({ rules: [aRule(1, { countType: "sinceImagePulled" as never })] }), "countType"],
])("a policy that makes no sense is refused: %s", (text, why) => {
  expect(() => parseLifecycle(text)).toThrow(why);
});
