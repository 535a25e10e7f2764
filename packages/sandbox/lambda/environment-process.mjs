// @ts-check
// The program of an execution environment with mounts of its own: starts the worker thread, and hands messages on in both
// directions. Ends with the thread, and with whoever started it.
import { Worker } from "node:worker_threads";

const send = (/** @type {any} */ message) => process.send?.(message);

process.once("message", (/** @type {any} */ start) => {
  const worker = new Worker(new URL("./environment.mjs", import.meta.url), { ...start, execArgv: [] });
  worker.on("message", send);
  worker.on("error", (/** @type {any} */ { name, message, code, stack }) =>
    send({ mishap: { name, message, code, stack } }),
  );
  // What it has sent is read before it is gone.
  worker.on("exit", (code) => process.send?.({ log: "" }, () => process.exit(code)));
  process.on("message", (request) => worker.postMessage(request));
});
process.on("disconnect", () => process.exit(0));
