// Runs the program that is named, unless Node is too old for it: an older one would only stumble over TypeScript. Plain
// JavaScript, which any Node reads.
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const NEEDED = 24;
const [program] = process.argv.splice(2, 1);
const { node } = process.versions;
if (Number.parseInt(node, 10) < NEEDED) {
  console.error(
    `Node ${node} is too old: ${NEEDED} or newer is needed. \`npm install\` brings it on Linux, unless optional packages are left out.`,
  );
  process.exit(1);
}
await import(pathToFileURL(resolve(program)).href);
