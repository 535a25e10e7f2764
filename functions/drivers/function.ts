// The driver function of the kind `function`.
import { functionEngine } from "#functions/deps/function-engine.ts";
import { conductor } from "./conductor.ts";

export const handler = conductor(functionEngine(process.env));
