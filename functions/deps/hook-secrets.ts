// The secrets that CI hooks are signed with, one for each app, in Secrets Manager and nowhere else. Nothing is cached
// here. The SDK's client is loaded with the first look-up: most calls of the API need none, and a cold start reads less.
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsOptions } from "./aws-options.ts";
import { unless } from "./unless.ts";

export type HookSecrets = {
  /** `null` where the app has none. */
  get(app: string): Promise<string | null>;
  /** The one before is no longer taken. */
  put(app: string, secret: string): Promise<void>;
  /** Also where there is none. */
  remove(app: string): Promise<void>;
};

/** A secret is named `<prefix><app>`. */
export function hookSecrets(prefix: string): HookSecrets {
  let loading: Promise<Sdk> | undefined;
  const sdk = () => {
    loading ??= load();
    return loading;
  };
  return {
    get: async (app) => read(await sdk(), prefix + app),
    put: async (app, secret) => put(await sdk(), prefix + app, secret),
    remove: async (app) => remove(await sdk(), prefix + app),
  };
}

type Sdk = { client: SecretsManagerClient; commands: typeof import("@aws-sdk/client-secrets-manager") };

async function load(): Promise<Sdk> {
  const commands = await import("@aws-sdk/client-secrets-manager");
  return { commands, client: new commands.SecretsManagerClient(awsOptions()) };
}

const NOT_THERE = "ResourceNotFoundException";
/** A secret marked for deletion answers so (Secrets Manager API Reference, GetSecretValue, Errors). */
const MARKED = "InvalidRequestException";
const GONE = [NOT_THERE, MARKED];

async function read({ client, commands }: Sdk, SecretId: string): Promise<string | null> {
  const found = await unless(GONE, client.send(new commands.GetSecretValueCommand({ SecretId })));
  return found?.SecretString ?? null;
}

async function put(sdk: Sdk, SecretId: string, SecretString: string): Promise<void> {
  const { client, commands } = sdk;
  const replace = () => client.send(new commands.PutSecretValueCommand({ SecretId, SecretString }));
  try {
    await replace();
  } catch (error) {
    const { name } = error as Error;
    if (!GONE.includes(name)) throw error;
    if (name === MARKED) await client.send(new commands.RestoreSecretCommand({ SecretId }));
    else if (await create(sdk, SecretId, SecretString)) return;
    await replace();
  }
}

/** Answers `false` where somebody else was first. */
async function create({ client, commands }: Sdk, Name: string, SecretString: string): Promise<boolean> {
  const Description = "Signs the calls of an app's CI hook (Tutti)";
  const command = new commands.CreateSecretCommand({ Name, SecretString, Description });
  return (await unless(["ResourceExistsException"], client.send(command))) !== undefined;
}

async function remove({ client, commands }: Sdk, SecretId: string): Promise<void> {
  const command = new commands.DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true });
  await unless(GONE, client.send(command));
}
