// The driver function of the kind `vm`.
import { vmEngine } from "#functions/deps/vm-engine.ts";
import { conductor } from "./conductor.ts";

export const handler = conductor(vmEngine(process.env));
