// How an image is named: `<account>.dkr.ecr.<region>.amazonaws.com/<repository>`, then `:<tag>` or `@sha256:<digest>`.
import { TaskFailure } from "./live-task.ts";

export type ImageReference = { region: string; repository: string; tag?: string; digest?: string };

const ECR =
  /^\d{12}\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([a-z0-9._/-]+?)(?::([\w.-]{1,128}))?(?:@(sha256:[0-9a-f]{64}))?$/;

export function parseImage(image: string): ImageReference {
  const found = ECR.exec(image);
  if (!found)
    throw cannotPull(`failed to resolve ref ${image}: the sandbox has no registry other than Amazon ECR`);
  const [, region = "", repository = "", tag, digest] = found;
  return digest ? { region, repository, digest } : { region, repository, tag: tag ?? "latest" };
}

export const cannotPull = (message: string, cause?: unknown) =>
  new TaskFailure("CannotPullContainerError", message, cause);
