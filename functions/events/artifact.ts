// An object landed under releases/ in the bucket (S3 "Object Created" through EventBridge).
import { artifactDeps } from "#functions/deps/events.ts";
import { type ObjectCreated, takeArtifact } from "./artifact-event.ts";

const deps = artifactDeps(process.env);

export const handler = (event: ObjectCreated): Promise<void> => takeArtifact(deps, event);
