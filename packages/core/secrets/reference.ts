// A reference to a secret, as manifests write it: where it is kept and under which name, never the secret itself. Pure.

export type SecretReference =
  /** `key`: of the JSON object that the secret holds; without it the whole text is meant. */
  { store: "secretsmanager"; name: string; key?: string } | { store: "ssm"; name: string };

/** Secrets Manager API Reference, CreateSecret, Name. A key stands between colons in ECS's valueFrom, so it has none. */
const SECRETS_MANAGER = /^secretsmanager:([\w/+=.@-]{1,512})(?:#([\w.-]{1,128}))?$/;
/** Systems Manager API Reference, PutParameter, Name. */
const PARAMETER = /^ssm:(\/?[\w.-]+(?:\/[\w.-]+)*)$/;
const LONGEST = 1024;

/** `null` where the text is no reference. */
export function parseReference(text: string): SecretReference | null {
  if (text.length > LONGEST) return null;
  const [, name, key] = SECRETS_MANAGER.exec(text) ?? [];
  if (name) return { store: "secretsmanager", name, ...(key === undefined ? {} : { key }) };
  const [, parameter] = PARAMETER.exec(text) ?? [];
  return parameter ? { store: "ssm", name: parameter } : null;
}
