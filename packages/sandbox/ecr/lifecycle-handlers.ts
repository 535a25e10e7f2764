// Lifecycle policies: kept, answered, and carried out after each push and from time to time. (On AWS an image is expired
// within 24 hours; here at once, so that what a policy does is seen.)
import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError, type Handler } from "../platform.ts";
import { expiredBy, parseLifecycle } from "./lifecycle.ts";
import { findRepository, type Registry, type Repository, save, tagsOf } from "./model.ts";
import { removeImages } from "./remove-images.ts";

export function lifecycleHandlers(registry: Registry): Record<string, Handler> {
  const answer = ({ name, lifecycle }: Repository) => ({
    registryId: registry.platform.accountId,
    repositoryName: name,
    lifecyclePolicyText: lifecycle!.text,
    lastEvaluatedAt: lifecycle!.evaluatedAt === undefined ? undefined : new Date(lifecycle!.evaluatedAt),
  });
  return {
    PutLifecyclePolicy(input: ecr.PutLifecyclePolicyRequest) {
      const text = input.lifecyclePolicyText ?? "";
      parseLifecycle(text);
      const changed = { ...findRepository(registry, input), lifecycle: { text } };
      save(registry, changed);
      expire(registry, changed.name);
      const { lastEvaluatedAt: _later, ...rest } = answer(changed);
      return rest;
    },
    GetLifecyclePolicy: (input: ecr.GetLifecyclePolicyRequest) => answer(withPolicy(registry, input)),
    DeleteLifecyclePolicy(input: ecr.DeleteLifecyclePolicyRequest) {
      const found = withPolicy(registry, input);
      const { lifecycle: _gone, ...rest } = found;
      save(registry, rest);
      return answer(found);
    },
  };
}

function withPolicy(registry: Registry, input: { repositoryName?: string }): Repository {
  const repository = findRepository(registry, input);
  if (repository.lifecycle) return repository;
  throw new AwsError(
    "LifecyclePolicyNotFoundException",
    `Lifecycle policy does not exist for the repository with name '${repository.name}'`,
  );
}

/** An image that an index names stays for as long as the index does. */
export function expire(registry: Registry, name: string): void {
  const repository = registry.repositories.get(name);
  if (!repository?.lifecycle) return;
  const { text } = repository.lifecycle;
  const now = registry.platform.now();
  save(registry, { ...repository, lifecycle: { text, evaluatedAt: now } });
  const named = new Set(Object.values(repository.images).flatMap((image) => image.references));
  const images = Object.values(repository.images)
    .filter(({ digest }) => !named.has(digest))
    .map(({ digest, pushedAt }) => ({ digest, pushedAt, tags: tagsOf(repository, digest) }));
  const expired = expiredBy(parseLifecycle(text), images, now).map(({ digest }) => digest);
  if (expired.length > 0) removeImages(registry, name, expired);
}
