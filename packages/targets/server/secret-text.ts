// The text of a secret: the private key of a pool over SSH.
import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { TuttiError } from "#core/errors.ts";
import { callAws } from "#targets/host/call-aws.ts";

export async function secretText(client: SecretsManagerClient, id: string): Promise<string> {
  const answer = await callAws("secretsmanager:GetSecretValue", (abortSignal) =>
    client.send(new GetSecretValueCommand({ SecretId: id }), { abortSignal }),
  );
  if (!answer.SecretString) throw new TuttiError("invalid_input", `The secret ${id} holds no text.`);
  return answer.SecretString;
}
