// A sandbox of its own for a test: any free port, a directory that goes away with it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Sandbox, type SandboxOptions, startSandbox } from "#sandbox/sandbox.ts";

export type TestSandbox = Sandbox & {
  directory: string;
  /** For any SDK client, as the owner or as a role. */
  config(roleArn?: string): {
    region: string;
    endpoint: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    forcePathStyle: boolean;
    maxAttempts: number;
  };
  /** Stops it and forgets its state. */
  remove(): Promise<void>;
};

export async function aSandbox(options: Partial<SandboxOptions> = {}): Promise<TestSandbox> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "sandbox-"));
  const sandbox = await startSandbox({ port: 0, timeScale: 1, ...options, directory });
  return {
    ...sandbox,
    directory,
    config: (roleArn) => ({
      region: "us-east-1",
      endpoint: sandbox.endpoint,
      credentials: roleArn ? sandbox.platform.credentialsOf(roleArn) : sandbox.rootCredentials,
      forcePathStyle: true,
      maxAttempts: 1,
    }),
    async remove() {
      await sandbox.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A role with one inline policy; answers its ARN. */
export async function aRole(
  { platform }: Sandbox,
  name: string,
  statements: { Action: string | string[]; Resource: string | string[]; Effect?: string }[],
): Promise<string> {
  const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  const input = { RoleName: name, AssumeRolePolicyDocument: trust };
  const { Role } = (await platform.call("iam", "CreateRole", input, "root")) as { Role: { Arn: string } };
  const document = {
    Version: "2012-10-17",
    Statement: statements.map((one) => ({ Effect: "Allow", ...one })),
  };
  const policy = { RoleName: name, PolicyName: "inline", PolicyDocument: JSON.stringify(document) };
  await platform.call("iam", "PutRolePolicy", policy, "root");
  return Role.Arn;
}
