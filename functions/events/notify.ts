// Something is to be told to receivers: the installation's bus, the sweep or a replay says what.
import { notifyDeps } from "#functions/deps/receiver-calls.ts";
import { takeNotify } from "./notify-event.ts";

const deps = notifyDeps(process.env);

export const handler = (event: unknown): Promise<void> => takeNotify(deps, event);
