// A sandbox in a process of its own, for tests that kill it: `node run-sandbox.ts DIRECTORY`. Says where it is in one
// line of JSON, then lives until it is ended.
import { startSandbox } from "#sandbox/sandbox.ts";

const sandbox = await startSandbox({ directory: process.argv[2]!, port: 0, timeScale: 1 });
const { endpoint, rootCredentials, platform } = sandbox;
process.stdout.write(`${JSON.stringify({ endpoint, rootCredentials, address: platform.addressFor("a") })}\n`);
process.once("SIGTERM", () => sandbox.stop());
