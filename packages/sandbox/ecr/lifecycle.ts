// Which images of a repository a lifecycle policy expires: pure. Rules from "Lifecycle policy properties" and "How
// lifecycle policies work" in the ECR User Guide: an image that fits a rule's tags cannot be expired by a rule of lower
// priority, whether the first one expires it or not; all prefixes or patterns of a rule must be met.
import { invalid } from "./model.ts";

export type LifecycleRule = {
  rulePriority: number;
  description?: string;
  selection: {
    tagStatus: "tagged" | "untagged" | "any";
    tagPrefixList?: string[];
    tagPatternList?: string[];
    countType: "imageCountMoreThan" | "sinceImagePushed";
    countUnit?: "days";
    countNumber: number;
  };
  action: { type: "expire" };
};

export type LifecycleImage = { digest: string; tags: string[]; pushedAt: number };

const DAY_MS = 86_400_000;

/** Each expired image with the priority of its rule. */
export function expiredBy(
  rules: LifecycleRule[],
  images: LifecycleImage[],
  now: number,
): { digest: string; rulePriority: number }[] {
  const newestFirst = [...images].sort((a, b) => b.pushedAt - a.pushedAt);
  const taken = new Set<string>();
  return [...rules]
    .sort((a, b) => a.rulePriority - b.rulePriority)
    .flatMap(({ selection, rulePriority }) => {
      const fitting = newestFirst.filter((image) => fits(selection, image.tags));
      const beyond = overdue(selection, fitting, now).filter((image) => !taken.has(image.digest));
      for (const image of fitting) taken.add(image.digest);
      return beyond.map(({ digest }) => ({ digest, rulePriority }));
    });
}

function fits(selection: LifecycleRule["selection"], tags: string[]): boolean {
  if (selection.tagStatus === "any") return true;
  if (selection.tagStatus === "untagged") return tags.length === 0;
  const patterns = (selection.tagPatternList ?? []).map(patternOf);
  return (
    tags.length > 0 &&
    (selection.tagPrefixList ?? []).every((prefix) => tags.some((tag) => tag.startsWith(prefix))) &&
    patterns.every((pattern) => tags.some((tag) => pattern.test(tag)))
  );
}

function overdue(selection: LifecycleRule["selection"], newestFirst: LifecycleImage[], now: number) {
  const { countType, countNumber } = selection;
  if (countType === "imageCountMoreThan") return newestFirst.slice(countNumber);
  return newestFirst.filter((image) => now - image.pushedAt > countNumber * DAY_MS);
}

function patternOf(text: string): RegExp {
  const literal = text.split("*").map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`);
}

/** Throws InvalidParameterException that names the rule. */
export function parseLifecycle(text = ""): LifecycleRule[] {
  let document: { rules?: unknown };
  try {
    document = JSON.parse(text);
  } catch {
    throw invalid("Invalid parameter at 'LifecyclePolicyText': it is not valid JSON.");
  }
  if (!Array.isArray(document?.rules) || document.rules.length < 1 || document.rules.length > 50)
    throw invalid("Invalid parameter at 'LifecyclePolicyText': 'rules' has 1 to 50 rules.");
  const rules = document.rules as LifecycleRule[];
  const priorities = new Set<number>();
  for (const rule of rules) {
    const fault = priorities.has(rule.rulePriority) ? "is there twice" : faultOf(rule);
    if (fault)
      throw invalid(`Invalid parameter at 'LifecyclePolicyText': rule ${rule.rulePriority} ${fault}.`);
    priorities.add(rule.rulePriority);
  }
  checkAnyIsLast(rules);
  return rules;
}

function faultOf({ rulePriority, selection, action }: LifecycleRule): string | undefined {
  if (!Number.isInteger(rulePriority) || rulePriority < 1) return "needs a whole priority from 1";
  if (action?.type !== "expire") return "has an action other than expire";
  const { tagStatus, countType, countUnit, countNumber } = selection ?? {};
  if (!["tagged", "untagged", "any"].includes(tagStatus)) return "has a tagStatus that is not known";
  const tags = [selection.tagPrefixList, selection.tagPatternList].filter((list) => list?.length);
  if (tagStatus === "tagged" && tags.length !== 1)
    return "needs either tagPrefixList or tagPatternList with tagStatus tagged";
  if (tagStatus !== "tagged" && tags.length > 0) return `takes no list of tags with tagStatus ${tagStatus}`;
  if (!["imageCountMoreThan", "sinceImagePushed"].includes(countType))
    return `has countType ${countType}, and this sandbox knows imageCountMoreThan and sinceImagePushed`;
  if ((countType === "sinceImagePushed") !== (countUnit === "days"))
    return "has countUnit days with sinceImagePushed, and only then";
  return Number.isInteger(countNumber) && countNumber > 0 ? undefined : "needs a countNumber from 1";
}

function checkAnyIsLast(rules: LifecycleRule[]): void {
  const any = rules.filter((rule) => rule.selection.tagStatus === "any");
  const highest = Math.max(...rules.map((rule) => rule.rulePriority));
  if (any.length > 1 || (any[0] && any[0].rulePriority !== highest))
    throw invalid(
      "Invalid parameter at 'LifecyclePolicyText': the one rule with tagStatus any has the highest rulePriority.",
    );
}
