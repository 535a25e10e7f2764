// Adds up what Vitest's JSON reporter wrote into a folder: `NAME.json`, and `again-NAME.json` where files had to run once more,
// whose second result counts. Says which those were, and ends with the sum.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [folder] = process.argv.slice(2);
const reports = readdirSync(folder).filter((file) => file.endsWith(".json"));
const resultsOf = (file) => JSON.parse(readFileSync(join(folder, file), "utf8")).testResults;

const again = new Map(
  reports
    .filter((file) => file.startsWith("again-"))
    .map((file) => [file.replace("again-", ""), resultsOf(file)]),
);
const counted = reports
  .filter((file) => !file.startsWith("again-"))
  .flatMap((file) => {
    const second = again.get(file) ?? [];
    const replaced = new Set(second.map(({ name }) => name));
    return [...resultsOf(file).filter(({ name }) => !replaced.has(name)), ...second];
  });
for (const name of new Set([...again.values()].flat().map(({ name }) => name)))
  console.log(`ran once more: ${relative(".", name)}`);

const tests = counted.flatMap(({ assertionResults }) => assertionResults);
const passed = tests.filter(({ status }) => status === "passed").length;
const failed = tests.filter(({ status }) => status === "failed").length;
console.log(`${passed} passed, ${failed} failed, ${tests.length - passed - failed} skipped`);
