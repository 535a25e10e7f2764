// The credentials that the agent of Systems Manager keeps on a machine that was activated with a role (Systems Manager user
// guide, "Create a hybrid activation"): a file where every SDK looks, open to the machine's user alone. Keys of the sandbox
// do not run out, so it is written once.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../platform.ts";

export function writeSharedCredentials(directory: string, credentials: Credentials): void {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const lines = [
    "[default]",
    `aws_access_key_id = ${accessKeyId}`,
    `aws_secret_access_key = ${secretAccessKey}`,
    ...(sessionToken ? [`aws_session_token = ${sessionToken}`] : []),
  ];
  mkdirSync(join(directory, ".aws"), { recursive: true, mode: 0o700 });
  writeFileSync(join(directory, ".aws", "credentials"), `${lines.join("\n")}\n`, { mode: 0o600 });
}
