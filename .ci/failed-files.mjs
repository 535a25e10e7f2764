// Names the test files in which something failed, one a line, out of what Vitest's JSON reporter wrote.
import { readFileSync } from "node:fs";
import { relative } from "node:path";

const { testResults } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const failed = testResults.filter(({ status }) => status !== "passed").map(({ name }) => relative(".", name));
if (failed.length > 0) console.log([...new Set(failed)].join("\n"));
