// Secrets Manager: secrets with versions and stages, in files that only their owner can read. Rotation and replication
// are not implemented, and say so.
import { join } from "node:path";
import * as secretsmanager from "@aws-sdk/client-secrets-manager";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform, type Service } from "../platform.ts";
import { describe, findSecret, newSecret, type Secret, versionOf, withVersion } from "./secret.ts";

const DAY_MS = 86_400_000;

export function createSecrets(platform: Platform): Service {
  const secrets = openDocuments<Secret>(join(platform.directory, "secretsmanager"));
  return {
    name: "secretsmanager",
    module: secretsmanager,
    Client: secretsmanager.SecretsManagerClient,
    handlers: { ...valueHandlers(platform, secrets), ...secretHandlers(platform, secrets) },
    iamResources: resources(platform, (id) => findSecret(secrets, id).arn),
    async start() {
      for (const secret of secrets.list())
        if ((secret.deletedAt ?? Number.POSITIVE_INFINITY) <= platform.now()) secrets.delete(secret.name);
    },
  };
}

function valueHandlers(platform: Platform, secrets: Documents<Secret>): Record<string, Handler> {
  return {
    CreateSecret(input: secretsmanager.CreateSecretRequest) {
      const secret = newSecret(platform, secrets, input);
      secrets.set(secret.name, secret);
      return { ARN: secret.arn, Name: secret.name, VersionId: Object.keys(secret.versions)[0] };
    },
    GetSecretValue(input: secretsmanager.GetSecretValueRequest) {
      const secret = live(findSecret(secrets, input.SecretId));
      const [id, version] = versionOf(secret, input.VersionId, input.VersionStage);
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: id,
        SecretString: version.text,
        SecretBinary: version.bytes === undefined ? undefined : Buffer.from(version.bytes, "base64"),
        VersionStages: version.stages,
        CreatedDate: new Date(version.createdAt),
      };
    },
    PutSecretValue(input: secretsmanager.PutSecretValueRequest) {
      const { secret, id } = withVersion(live(findSecret(secrets, input.SecretId)), input, platform.now());
      secrets.set(secret.name, secret);
      return {
        ARN: secret.arn,
        Name: secret.name,
        VersionId: id,
        VersionStages: secret.versions[id]!.stages,
      };
    },
    UpdateSecret(input: secretsmanager.UpdateSecretRequest) {
      const found = live(findSecret(secrets, input.SecretId));
      const hasValue = input.SecretString !== undefined || input.SecretBinary !== undefined;
      const updated = hasValue ? withVersion(found, input, platform.now()) : { secret: found, id: undefined };
      secrets.set(found.name, {
        ...updated.secret,
        description: input.Description ?? found.description,
        changedAt: platform.now(),
      });
      return { ARN: found.arn, Name: found.name, VersionId: updated.id };
    },
  };
}

function secretHandlers(platform: Platform, secrets: Documents<Secret>): Record<string, Handler> {
  return {
    DescribeSecret: (input: secretsmanager.DescribeSecretRequest) =>
      describe(findSecret(secrets, input.SecretId)),
    ListSecrets: () => ({
      SecretList: secrets
        .list()
        .filter((secret) => !secret.deletedAt)
        .map(describe),
    }),
    DeleteSecret(input: secretsmanager.DeleteSecretRequest) {
      const secret = findSecret(secrets, input.SecretId);
      const now = platform.now();
      const deletedAt = now + (input.RecoveryWindowInDays ?? 30) * DAY_MS;
      if (input.ForceDeleteWithoutRecovery) secrets.delete(secret.name);
      else secrets.set(secret.name, { ...secret, deletedAt });
      const date = new Date(input.ForceDeleteWithoutRecovery ? now : deletedAt);
      return { ARN: secret.arn, Name: secret.name, DeletionDate: date };
    },
    RestoreSecret(input: secretsmanager.RestoreSecretRequest) {
      const { deletedAt: _gone, ...secret } = findSecret(secrets, input.SecretId);
      secrets.set(secret.name, secret);
      return { ARN: secret.arn, Name: secret.name };
    },
  };
}

/** A secret that is not there has no random suffix yet: then the ARN ends with its name. */
function resources(platform: Platform, arnOf: (id: string) => string) {
  const prefix = `arn:aws:secretsmanager:${platform.region}:${platform.accountId}:secret:`;
  const bySecretId = ({ SecretId = "" }: { SecretId?: string }) => {
    try {
      return [arnOf(SecretId)];
    } catch {
      return [SecretId.startsWith("arn:") ? SecretId : prefix + SecretId];
    }
  };
  const operations = [
    "GetSecretValue",
    "PutSecretValue",
    "UpdateSecret",
    "DescribeSecret",
    "DeleteSecret",
    "RestoreSecret",
  ];
  return {
    ...Object.fromEntries(operations.map((operation) => [operation, bySecretId])),
    CreateSecret: ({ Name = "" }: { Name?: string }) => [prefix + Name],
  };
}

function live(secret: Secret): Secret {
  if (!secret.deletedAt) return secret;
  throw new AwsError(
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}
