// Elastic Container Registry of the sandbox: the one entry of this folder.
import * as ecr from "@aws-sdk/client-ecr";
import type { Platform, Service } from "../platform.ts";
import { imageQueries } from "./image-queries.ts";
import { imageHandlers } from "./images.ts";
import { layerHandlers } from "./layer-handlers.ts";
import { expire, lifecycleHandlers } from "./lifecycle-handlers.ts";
import { openRegistry, registryHost, repositoryArn } from "./model.ts";
import { createRegistryServer } from "./registry-server.ts";
import { repositoryHandlers } from "./repositories.ts";

export type Ecr = {
  service: Service;
  /** Where a client finds out whether its sign-in is good. */
  registryUrl: string;
};

const LIFECYCLE_INTERVAL_MS = 60_000;

export function createEcr(platform: Platform): Ecr {
  const registry = openRegistry(platform);
  const server = createRegistryServer(registry);
  let timer: NodeJS.Timeout | undefined;
  const expireAll = () => {
    for (const { name } of registry.repositories.list()) expire(registry, name);
  };
  const service: Service = {
    name: "ecr",
    module: ecr,
    Client: ecr.ECRClient,
    handlers: {
      GetAuthorizationToken(_input: ecr.GetAuthorizationTokenRequest, { principal }) {
        const { password, expiresAt } = server.passwordFor(principal);
        const authorizationToken = Buffer.from(`AWS:${password}`).toString("base64");
        const proxyEndpoint = `https://${registryHost(platform)}`;
        return { authorizationData: [{ authorizationToken, expiresAt: new Date(expiresAt), proxyEndpoint }] };
      },
      ...repositoryHandlers(registry),
      ...layerHandlers(registry, server.downloadUrl),
      ...imageHandlers(registry),
      ...imageQueries(registry),
      ...lifecycleHandlers(registry),
    },
    iamResources: iamResources(platform),
    iamAlso: {
      CreateRepository: (input: ecr.CreateRepositoryRequest) =>
        input.tags?.length
          ? [{ action: "ecr:TagResource", resource: repositoryArn(platform, input.repositoryName ?? "*") }]
          : [],
    },
    async start() {
      await server.start();
      expireAll();
      timer = setInterval(expireAll, LIFECYCLE_INTERVAL_MS);
    },
    async stop() {
      clearInterval(timer);
      await server.stop();
    },
  };
  return { service, registryUrl: server.url };
}

/** Service Authorization Reference, Elastic Container Registry: all but GetAuthorizationToken are on repositories. */
function iamResources(platform: Platform): Service["iamResources"] {
  const byName = ({ repositoryName = "*" }: { repositoryName?: string }) => [
    repositoryArn(platform, repositoryName),
  ];
  const byArn = ({ resourceArn = "*" }: { resourceArn?: string }) => [resourceArn];
  const named =
    "CreateRepository DeleteRepository PutImageTagMutability SetRepositoryPolicy GetRepositoryPolicy InitiateLayerUpload UploadLayerPart CompleteLayerUpload BatchCheckLayerAvailability GetDownloadUrlForLayer PutImage BatchDeleteImage BatchGetImage DescribeImages ListImages PutLifecyclePolicy GetLifecyclePolicy DeleteLifecyclePolicy".split(
      " ",
    );
  return {
    ...Object.fromEntries(named.map((operation) => [operation, byName])),
    TagResource: byArn,
    UntagResource: byArn,
    ListTagsForResource: byArn,
    DescribeRepositories: ({ repositoryNames = ["*"] }: ecr.DescribeRepositoriesRequest) =>
      repositoryNames.map((name) => repositoryArn(platform, name)),
  };
}
