// An image was pushed to an app's repository (ECR "ECR Image Action" through EventBridge).
import { imageDeps } from "#functions/deps/events.ts";
import { type ImagePushed, takeImage } from "./image-event.ts";

const deps = imageDeps(process.env);

export const handler = (event: ImagePushed): Promise<void> => takeImage(deps, event);
