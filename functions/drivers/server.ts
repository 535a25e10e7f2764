// The driver function of the kind `server`.
import { serverEngine } from "#functions/deps/server-engine.ts";
import { conductor } from "./conductor.ts";

export const handler = conductor(serverEngine(process.env));
