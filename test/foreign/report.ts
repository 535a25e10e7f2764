// The table at the end of `npm run test:foreign`: what each judge was asked for, what it lacks, and how many tests of
// ours it passed.
import type { Reporter, TestCase, TestModule } from "vitest/node";

type Row = Map<string, string>;
type Section = Map<string, Row>;

// biome-ignore lint/style/noDefaultExport: Vitest loads a reporter by its default export.
export default class ForeignReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const judges = [...new Set(modules.map(judgeOf))].sort();
    const asked: Section = new Map();
    const proven: Section = new Map();
    for (const module of modules) {
      const tests = [...module.children.allTests()];
      for (const test of tests) addAsked(asked, judgeOf(module), test);
      const passed = tests.filter((test) => test.result().state === "passed").length;
      put(proven, module.relativeModuleId, judgeOf(module), `${passed} of ${tests.length} passed`);
    }
    if (modules.length === 0) return;
    print("Tests of ours", proven, judges);
    print("Asked for", asked, judges);
  }
}

function judgeOf(module: TestModule): string {
  return module.project.name.replace("foreign-", "");
}

function addAsked(section: Section, judge: string, test: TestCase): void {
  const { asked } = test.meta() as { asked?: { service: string; capability: string; answer: string } };
  if (!asked) return;
  const { service, capability, answer } = asked;
  put(section, `${service}: ${capability}`, judge, answer === "works" ? "works" : `LACKS (${answer})`);
}

function put(section: Section, name: string, judge: string, value: string): void {
  const row = section.get(name) ?? new Map<string, string>();
  section.set(name, row.set(judge, value));
}

function print(title: string, section: Section, judges: string[]): void {
  const lines = [...section].map(([name, row]) => [name, ...judges.map((judge) => row.get(judge) ?? "")]);
  const table = [[title, ...judges], ...lines.sort((a, b) => a[0]!.localeCompare(b[0]!))];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const drawn = table.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  console.log(`\n${[drawn[0], rule, ...drawn.slice(1)].join("\n")}`);
}
