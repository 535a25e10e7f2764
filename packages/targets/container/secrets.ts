// Secrets of a container: ECS reads them itself, with the execution role, when a task starts. The task definition says where.
import type { Spec } from "#core/domain/spec.ts";
import { wrongAt } from "#core/errors.ts";
import { parseReference } from "#core/secrets/reference.ts";
import type { SecretArn } from "./client.ts";

/** As a container definition has it (ECS API reference, Secret). */
export type TaskSecret = { name: string; valueFrom: string };

/** Throws `secret_unavailable` for a secret that is not there. */
export function taskSecrets(
  { secrets = {} }: Pick<Spec, "secrets">,
  arnOf: SecretArn,
): Promise<TaskSecret[]> {
  return Promise.all(
    Object.entries(secrets).map(async ([name, text]) => ({
      name,
      valueFrom: await valueFrom(name, text, arnOf),
    })),
  );
}

/** A secret by its whole ARN, then key, stage and version; a parameter of the task's own region by its name (ECS developer guide, "Pass sensitive data"). */
async function valueFrom(variable: string, text: string, arnOf: SecretArn): Promise<string> {
  const reference = parseReference(text)!;
  if (reference.store === "ssm") return reference.name;
  const arn = await arnOf(reference.name);
  if (arn === null) throw wrongAt(`secrets.${variable}`, `there is no ${text}.`, "secret_unavailable");
  return reference.key === undefined ? arn : `${arn}:${reference.key}::`;
}

/** ECS names what it could not read by ARN or key alone, and never the variable: ": E_F (secretsmanager:shop/db#key)", or all where it names none. Empty where it was about no secret. */
export function secretsBehind(reason: string, { secrets = {} }: Pick<Spec, "secrets">): string {
  if (!/unable to pull secrets/.test(reason)) return "";
  const all = Object.entries(secrets);
  const named = all.filter(([, text]) => {
    const reference = parseReference(text)!;
    const key = reference.store === "secretsmanager" ? reference.key : undefined;
    return reason.includes(reference.name) || (key !== undefined && reason.endsWith(`json key ${key}`));
  });
  const told = (named.length > 0 ? named : all).map(([name, text]) => `${name} (${text})`);
  return told.length === 0 ? "" : `: ${told.join(", ")}`;
}
