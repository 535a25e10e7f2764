// The order of test files: those that roll out on real processes take longest and mostly wait, so they begin first and the
// quick ones fill the gaps. Without it the last long file runs alone.
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONGEST_FIRST = [
  ...["/test/slow/killed-house", "/test/slow/every-grant", "/test/slow/hooks-killed", "/test/slow/ills"],
  ...["/test/slow/console-readers", "/test/slow/notifications", "/test/slow/order-killed"],
  ...["/test/contract/", "/test/e2e/", "/test/workflows/mishaps", "/test/sandbox/"],
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a.moduleId) - rank(b.moduleId));
  }
}

function rank(file: string): number {
  const found = LONGEST_FIRST.findIndex((part) => file.includes(part));
  return found < 0 ? LONGEST_FIRST.length : found;
}
