// What an operator may say about how an installation is run on AWS: environment variables where it is deployed from. What is not set
// is left to AWS's defaults; what is set wrongly stops the deployment before it touches anything.

export type OperatingSettings = {
  /** How many calls of the API run at once at most, kept for it out of the account's limit. */
  apiConcurrency?: number;
  /** The SNS topic that alarms are told to. */
  alarmTopicArn?: string;
  /** Ids of other accounts that targets may live in. */
  targetAccounts?: string[];
  /** The policy that every role is bounded by. */
  permissionsBoundaryArn?: string;
  /** Where the functions stand that call what others name: hooks, receivers of notices, hosts behind SSH, private issuers. */
  network?: FunctionNetwork;
};

export type FunctionNetwork = { subnetIds: string[]; securityGroupIds: string[] };

/** Throws an error that names the variable and what is allowed. */
export function operatingSettings(env: Record<string, string | undefined>): OperatingSettings {
  const concurrency = env.TUTTI_API_CONCURRENCY;
  if (concurrency && !/^[1-9]\d{0,4}$/.test(concurrency))
    throw new Error(`TUTTI_API_CONCURRENCY: "${concurrency}" is not a whole number from 1 to 99999`);
  const accounts = env.TUTTI_TARGET_ACCOUNTS;
  if (accounts && !/^\d{12}(,\d{12})*$/.test(accounts))
    throw new Error(
      `TUTTI_TARGET_ACCOUNTS: "${accounts}" is not account ids of 12 digits, separated by commas`,
    );
  const settings = {
    network: networkIn(env),
    targetAccounts: accounts ? accounts.split(",") : undefined,
    apiConcurrency: concurrency ? Number(concurrency) : undefined,
    alarmTopicArn: arnIn(env, "TUTTI_ALARM_TOPIC_ARN", /^arn:aws:sns:[a-z0-9-]+:\d{12}:[\w-]+$/),
    permissionsBoundaryArn: arnIn(
      env,
      "TUTTI_PERMISSIONS_BOUNDARY_ARN",
      /^arn:aws:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
    ),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

/** Lambda takes both or neither (API reference, VpcConfig: at most 16 subnets and 5 security groups). */
function networkIn(env: Record<string, string | undefined>): FunctionNetwork | undefined {
  const { TUTTI_SUBNET_IDS: subnets, TUTTI_SECURITY_GROUP_IDS: groups } = env;
  if (!subnets && !groups) return undefined;
  return {
    subnetIds: idsIn("TUTTI_SUBNET_IDS", subnets ?? "", "subnet", 16),
    securityGroupIds: idsIn("TUTTI_SECURITY_GROUP_IDS", groups ?? "", "sg", 5),
  };
}

function idsIn(name: string, value: string, prefix: string, most: number): string[] {
  const ids = value.split(",");
  const isId = (one: string) => new RegExp(`^${prefix}-[A-Za-z0-9-]{1,40}$`).test(one);
  if (ids.length <= most && ids.every(isId)) return ids;
  throw new Error(
    `${name}: "${value}" is not 1 to ${most} ids such as ${prefix}-0123456789abcdef0, separated by commas`,
  );
}

function arnIn(env: Record<string, string | undefined>, name: string, form: RegExp): string | undefined {
  const value = env[name];
  if (!value) return undefined;
  if (!form.test(value)) throw new Error(`${name}: "${value}" is not such an ARN (${form.source})`);
  return value;
}
