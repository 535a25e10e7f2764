// Somebody put `tutti.deploy` on the event bus.
import { deployDeps } from "#functions/deps/events.ts";
import { type DeployEvent, takeDeploy } from "./deploy-event.ts";

const deps = deployDeps(process.env);

export const handler = (event: DeployEvent): Promise<void> => takeDeploy(deps, event);
