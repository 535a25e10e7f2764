// The driver function of the kind `container`.
import { containerEngine } from "#functions/deps/container-engine.ts";
import { conductor } from "./conductor.ts";

export const handler = conductor(containerEngine(process.env));
