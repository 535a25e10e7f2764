// What a repository is: its settings, its images by digest, its tags (each on one image at a time) and the layers that
// were uploaded to it. Written whole, one file per repository; the layers' bytes lie in layers.ts.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type * as ecr from "@aws-sdk/client-ecr";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Platform } from "../platform.ts";
import { type Layers, openLayers } from "./layers.ts";

export type ImageRecord = {
  digest: string;
  /** As it was put: the digest is that of exactly these bytes. */
  manifest: string;
  mediaType: string;
  artifactMediaType?: string;
  sizeBytes: number;
  /** Everything that the manifest refers to in this repository: layers and configuration, or other images. */
  references: string[];
  pushedAt: number;
  pulledAt?: number;
};

export type Repository = {
  name: string;
  arn: string;
  uri: string;
  createdAt: number;
  tagMutability: ecr.ImageTagMutability;
  scanOnPush: boolean;
  encryption: ecr.EncryptionConfiguration;
  resourceTags: Record<string, string>;
  policy?: string;
  lifecycle?: { text: string; evaluatedAt?: number };
  images: Record<string, ImageRecord>;
  tagged: Record<string, string>;
  /** Size and media type of what was uploaded, by digest. */
  layers: Record<string, { sizeBytes: number; mediaType?: string }>;
};

export type Registry = { platform: Platform; repositories: Documents<Repository>; layers: Layers };

export function openRegistry(platform: Platform): Registry {
  const directory = join(platform.directory, "ecr");
  return {
    platform,
    repositories: openDocuments<Repository>(join(directory, "repositories")),
    layers: openLayers(directory),
  };
}

export function registryHost({ accountId, region }: Pick<Platform, "accountId" | "region">): string {
  return `${accountId}.dkr.ecr.${region}.amazonaws.com`;
}

export function repositoryArn(platform: Platform, name: string): string {
  return `arn:aws:ecr:${platform.region}:${platform.accountId}:repository/${name}`;
}

/** Checks the registry's id as well: there is one account. */
export function findRepository(
  registry: Registry,
  input: { registryId?: string; repositoryName?: string },
): Repository {
  const { accountId } = registry.platform;
  const registryId = input.registryId ?? accountId;
  const found = registryId === accountId && registry.repositories.get(input.repositoryName ?? "");
  if (found) return found;
  throw new AwsError(
    "RepositoryNotFoundException",
    `The repository with name '${input.repositoryName}' does not exist in the registry with id '${registryId}'`,
  );
}

export function repositoryOfArn(registry: Registry, arn = ""): Repository {
  const name = /^arn:aws:ecr:[^:]*:[^:]*:repository\/(.+)$/.exec(arn)?.[1];
  if (!name) throw invalid(`Invalid parameter at 'resourceArn': ${arn} is not the ARN of a repository.`);
  return findRepository(registry, { repositoryName: name });
}

export function save(registry: Registry, repository: Repository): void {
  registry.repositories.set(repository.name, repository);
}

export function tagsOf(repository: Repository, digest: string): string[] {
  return Object.keys(repository.tagged)
    .filter((tag) => repository.tagged[tag] === digest)
    .sort();
}

export function sha256Digest(bytes: string | Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
