// Adds up what Vitest's JSON reporter wrote into a folder: `NAME.json`, and `again-NAME.json` where files had to run once more.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const [folder] = process.argv.slice(2);
const read = (file) => JSON.parse(readFileSync(join(folder, file), "utf8"));
const files = readdirSync(folder);
const first = files.filter((file) => !file.startsWith("again-")).map(read);
const again = files.filter((file) => file.startsWith("again-")).map(read);
const sum = (runs, key) => runs.reduce((total, one) => total + one[key], 0);

const failed = sum(first, "numFailedTests");
console.log(
  `${sum(first, "numPassedTests")} passed, ${failed} failed, ${sum(first, "numPendingTests")} skipped`,
);
for (const { testResults } of again)
  for (const { name, status } of testResults) console.log(`once more: ${relative(".", name)} ${status}`);
