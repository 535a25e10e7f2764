// Repositories: created, described, deleted, tagged, and their resource policies kept. (A resource policy is answered
// as it was put and grants nothing: in one account the role's own policy decides.)
import type * as ecr from "@aws-sdk/client-ecr";
import { AwsError, type Handler } from "../platform.ts";
import {
  findRepository,
  invalid,
  type Registry,
  type Repository,
  registryHost,
  repositoryArn,
  repositoryOfArn,
  save,
} from "./model.ts";
import { pageOf } from "./pages.ts";
import { removeBytes, removeImages } from "./remove-images.ts";

/** CreateRepository, repositoryName: 2 to 256 characters (ECR API Reference). */
const NAME = /^(?=.{2,256}$)(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

export function repositoryHandlers(registry: Registry): Record<string, Handler> {
  return {
    CreateRepository: (input: ecr.CreateRepositoryRequest) => create(registry, input),
    DescribeRepositories(input: ecr.DescribeRepositoriesRequest) {
      const asked = input.repositoryNames?.map((repositoryName) =>
        findRepository(registry, { registryId: input.registryId, repositoryName }),
      );
      const { items, next } = pageOf(asked ?? registry.repositories.list(), input);
      return { repositories: items.map((one) => describe(registry, one)), nextToken: next };
    },
    DeleteRepository: (input: ecr.DeleteRepositoryRequest) => remove(registry, input),
    PutImageTagMutability(input: ecr.PutImageTagMutabilityRequest) {
      const tagMutability = mutabilityOf(input.imageTagMutability);
      const { name } = findRepository(registry, input);
      save(registry, { ...findRepository(registry, input), tagMutability });
      const registryId = registry.platform.accountId;
      return { registryId, repositoryName: name, imageTagMutability: tagMutability };
    },
    ...tagHandlers(registry),
    ...policyHandlers(registry),
  };
}

function create(registry: Registry, input: ecr.CreateRepositoryRequest) {
  const { platform, repositories } = registry;
  const name = input.repositoryName ?? "";
  if (!NAME.test(name))
    throw invalid(`Invalid parameter at 'repositoryName' failed to satisfy constraint: ${NAME.source}`);
  if (repositories.get(name))
    throw new AwsError(
      "RepositoryAlreadyExistsException",
      `The repository with name '${name}' already exists in the registry with id '${platform.accountId}'`,
    );
  const repository: Repository = {
    name,
    arn: repositoryArn(platform, name),
    uri: `${registryHost(platform)}/${name}`,
    createdAt: platform.now(),
    tagMutability: mutabilityOf(input.imageTagMutability ?? "MUTABLE"),
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    encryption: input.encryptionConfiguration ?? { encryptionType: "AES256" },
    resourceTags: tagsOf(input.tags),
    images: {},
    tagged: {},
    layers: {},
  };
  save(registry, repository);
  return { repository: describe(registry, repository) };
}

function mutabilityOf(asked: string | undefined): Repository["tagMutability"] {
  if (asked === "MUTABLE" || asked === "IMMUTABLE") return asked;
  throw invalid(`Invalid parameter at 'imageTagMutability': this sandbox knows MUTABLE and IMMUTABLE.`);
}

function remove(registry: Registry, input: ecr.DeleteRepositoryRequest) {
  const repository = findRepository(registry, input);
  const digests = Object.keys(repository.images);
  if (digests.length > 0 && !input.force)
    throw new AwsError(
      "RepositoryNotEmptyException",
      `The repository with name '${repository.name}' in registry with id '${registry.platform.accountId}' cannot be deleted because it still contains images`,
    );
  removeImages(registry, repository.name, digests);
  registry.repositories.delete(repository.name);
  removeBytes(registry, Object.keys(repository.layers));
  return { repository: describe(registry, repository) };
}

function tagHandlers(registry: Registry): Record<string, Handler> {
  return {
    TagResource({ resourceArn, tags }: ecr.TagResourceRequest) {
      const found = repositoryOfArn(registry, resourceArn);
      save(registry, { ...found, resourceTags: { ...found.resourceTags, ...tagsOf(tags) } });
    },
    UntagResource({ resourceArn, tagKeys = [] }: ecr.UntagResourceRequest) {
      const found = repositoryOfArn(registry, resourceArn);
      const left = Object.entries(found.resourceTags).filter(([key]) => !tagKeys.includes(key));
      save(registry, { ...found, resourceTags: Object.fromEntries(left) });
    },
    ListTagsForResource({ resourceArn }: ecr.ListTagsForResourceRequest) {
      const { resourceTags } = repositoryOfArn(registry, resourceArn);
      return { tags: Object.entries(resourceTags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

function policyHandlers(registry: Registry): Record<string, Handler> {
  const answer = ({ name, policy }: Repository) => ({
    registryId: registry.platform.accountId,
    repositoryName: name,
    policyText: policy,
  });
  return {
    SetRepositoryPolicy(input: ecr.SetRepositoryPolicyRequest) {
      const policy = input.policyText ?? "";
      try {
        JSON.parse(policy);
      } catch {
        throw invalid("Invalid parameter at 'PolicyText' failed to satisfy constraint: it is not valid JSON");
      }
      const changed = { ...findRepository(registry, input), policy };
      save(registry, changed);
      return answer(changed);
    },
    GetRepositoryPolicy(input: ecr.GetRepositoryPolicyRequest) {
      const found = findRepository(registry, input);
      if (found.policy) return answer(found);
      throw new AwsError(
        "RepositoryPolicyNotFoundException",
        `Repository policy does not exist for the repository with name '${found.name}'`,
      );
    },
  };
}

function describe(registry: Registry, repository: Repository): ecr.Repository {
  return {
    repositoryArn: repository.arn,
    registryId: registry.platform.accountId,
    repositoryName: repository.name,
    repositoryUri: repository.uri,
    createdAt: new Date(repository.createdAt),
    imageTagMutability: repository.tagMutability,
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush },
    encryptionConfiguration: repository.encryption,
  };
}

function tagsOf(tags: ecr.Tag[] = []): Record<string, string> {
  return Object.fromEntries(tags.map((tag) => [tag.Key ?? "", tag.Value ?? ""]));
}
