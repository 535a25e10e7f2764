// What a journey is handed: a whole house in this process, so that its IAM can be asked which statement let what.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudWatchClient, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import { GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { type Client, createClient } from "#client/client.ts";
import { blueprint } from "#infra/blueprint.ts";
import { namesOf } from "#infra/names.ts";
import { policyDocument } from "#infra/policy.ts";
import { rolesOf } from "#infra/roles.ts";
import { type House, openHouse } from "#start/open-house.ts";
import { grantsIn } from "#test/support/grants/grants-in.ts";

export const NAMES = namesOf({ name: "tutti", account: "000000000000", region: "us-east-1" });

export type Journey = {
  house: House;
  client: Client;
  /** One of Tutti's functions, by the owner's word. Throws what it throws. */
  invoke(short: string, payload?: unknown): Promise<unknown>;
  /** Takes an action from a role while `work` runs. */
  without<T>(short: string, action: string, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

export async function openJourney(): Promise<Journey> {
  const directory = mkdtempSync(join(tmpdir(), "tutti-house-"));
  const settings = { port: 0, awsPort: 0, directory, timeScale: 10, servers: 3, fresh: false };
  const house = await openHouse({ ...settings, token: undefined });
  await furnishMore(house);
  await takeOut(house, WITHOUT);
  const lambda = new LambdaClient(house.access());
  return {
    house,
    client: createClient({ url: house.apiUrl, token: house.token }),
    invoke: async (short, payload = {}) => {
      const command = new InvokeCommand({ FunctionName: `tutti-${short}`, Payload: JSON.stringify(payload) });
      const { FunctionError, Payload } = await lambda.send(command);
      const text = new TextDecoder().decode(Payload);
      if (FunctionError) throw new Error(`${short}: ${text}`);
      return text === "" ? null : JSON.parse(text);
    },
    without: (short, action, work) => withoutAction(house, short, action, work),
    close: async () => {
      await house.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Grants to do without, as test/golden/grants.json names them, one after a `;`: to see which journeys fail. */
const WITHOUT = (process.env.TUTTI_WITHOUT_GRANTS ?? "")
  .split(";")
  .map((line) => line.trim())
  .filter(Boolean);

async function takeOut(house: House, lines: string[]): Promise<void> {
  const roles = rolesOf(blueprint({ name: "tutti", account: NAMES.account, region: NAMES.region }, ""));
  const iam = new IAMClient(house.access());
  for (const line of lines) {
    const role = roles.find(({ short }) => line.startsWith(`${short} `));
    const grant = role && grantsIn([role]).find((one) => one.line === line);
    if (!grant) throw new Error(`TUTTI_WITHOUT_GRANTS: nothing is granted as "${line}".`);
    role.statements = grant.without;
    const PolicyDocument = policyDocument(grant.without);
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: NAMES.roleName(role.short),
        PolicyName: "grants",
        PolicyDocument,
      }),
    );
  }
}

/** What apps, their owners and receivers of notices bring along. */
async function furnishMore(house: House): Promise<void> {
  const secrets = new SecretsManagerClient(house.access());
  for (const [Name, SecretString] of [
    ["journey/db", JSON.stringify({ password: "hush" })],
    ["journey/pool", "no key at all"],
    [`${NAMES.notificationSecretPrefix}ops`, "what-only-ops-and-tutti-know"],
  ])
    await secrets.send(new CreateSecretCommand({ Name, SecretString }));
  await new SSMClient(house.access()).send(
    new PutParameterCommand({ Name: "/journey/token", Value: "hush", Type: "SecureString" }),
  );
  await new CloudWatchClient(house.access()).send(
    new PutMetricAlarmCommand({
      ...{ AlarmName: ALARM, Namespace: "Journey", MetricName: "Nothing", Statistic: "Sum", Period: 60 },
      ...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
    }),
  );
}

/** It never fires. */
export const ALARM = "journey";

async function withoutAction<T>(
  house: House,
  short: string,
  action: string,
  work: () => Promise<T>,
): Promise<T> {
  const iam = new IAMClient(house.access());
  const about = { RoleName: NAMES.roleName(short), PolicyName: "grants" };
  const { PolicyDocument } = await iam.send(new GetRolePolicyCommand(about));
  const whole = decodeURIComponent(PolicyDocument!);
  const put = (document: string) =>
    iam.send(new PutRolePolicyCommand({ ...about, PolicyDocument: document }));
  await put(whole.replaceAll(`"${action}"`, `"${action}Not"`));
  try {
    return await work();
  } finally {
    await put(whole);
  }
}

const PATIENCE_MS = 400_000;

/** Asks until it holds. */
export async function until<T>(what: string, look: () => Promise<T | null | undefined | false>): Promise<T> {
  for (const endMs = Date.now() + PATIENCE_MS; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > endMs) throw new Error(`for long it has not come true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
