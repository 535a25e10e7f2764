// A CodeBuild project and its builds, for tests: sources in a bucket, and the way to a build's end and its log.
import { gunzipSync } from "node:zlib";
import * as codebuild from "@aws-sdk/client-codebuild";
import {
  CreateRoleCommand,
  IAMClient,
  type IAMClientConfig,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { strToU8, zipSync } from "fflate";

export const ECR = "arn:aws:ecr:us-east-1:000000000000:repository";

const STATEMENTS: object[] = [
  { Action: "s3:GetObject", Resource: "arn:aws:s3:::sources/*" },
  { Action: "s3:PutObject", Resource: "arn:aws:s3:::sources/logs/*" },
  { Action: "ecr:GetAuthorizationToken", Resource: "*" },
  { Action: "ecr:*", Resource: `${ECR}/mine/*` },
];

/** `config`: fresh options for an SDK client, as the owner. */
export async function aWorkshop(config: () => S3ClientConfig) {
  const client = new codebuild.CodeBuildClient(config() as codebuild.CodeBuildClientConfig);
  const s3 = new S3Client(config());
  await s3.send(new CreateBucketCommand({ Bucket: "sources" }));
  const serviceRole = await aBuilder(new IAMClient(config() as IAMClientConfig));
  await client.send(
    new codebuild.CreateProjectCommand({
      name: "workshop",
      source: { type: "NO_SOURCE", buildspec: "version: 0.2\nphases: {}\n" },
      artifacts: { type: "NO_ARTIFACTS" },
      environment: {
        type: "LINUX_CONTAINER",
        image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
        computeType: "BUILD_GENERAL1_SMALL",
        privilegedMode: true,
      },
      serviceRole,
      logsConfig: { s3Logs: { status: "ENABLED", location: "sources/logs" } },
    }),
  );
  const start = async (input: Partial<codebuild.StartBuildInput>) =>
    (await client.send(new codebuild.StartBuildCommand({ projectName: "workshop", ...input }))).build!;
  const look = async (id: string | undefined) =>
    (await client.send(new codebuild.BatchGetBuildsCommand({ ids: [id!] }))).builds![0]!;
  const ended = async (id: string | undefined) => {
    for (;;) {
      const build = await look(id);
      if (build.buildComplete) return build;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  };
  return {
    client,
    start,
    look,
    ended,
    /** `sources/<key>` */
    async source(key: string, files: Record<string, string>): Promise<string> {
      const Body = zipSync(
        Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])),
      );
      await s3.send(new PutObjectCommand({ Bucket: "sources", Key: key, Body }));
      return `sources/${key}`;
    },
    async log(build: codebuild.Build): Promise<string> {
      const Key = build.logs?.s3LogsArn?.replace("arn:aws:s3:::sources/", "");
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: "sources", Key }));
      return gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
    },
    /** Runs these commands in the phase `build` to their end. */
    async build(commands: string[], more: Partial<codebuild.StartBuildInput> = {}) {
      const buildspecOverride = specOf({ build: { commands } });
      return ended((await start({ buildspecOverride, ...more })).id);
    },
  };
}

async function aBuilder(iam: IAMClient): Promise<string> {
  const RoleName = "builder";
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const Statement = STATEMENTS.map((one) => ({ Effect: "Allow", ...one }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
  return Role?.Arn ?? "";
}

export type Workshop = Awaited<ReturnType<typeof aWorkshop>>;

/** A buildspec; JSON is YAML. */
export function specOf(phases: object, env: object = {}): string {
  return JSON.stringify({ version: 0.2, env, phases }, null, 1);
}

/** The status of each phase that ran, but those that every build has. */
export function phasesOf(build: codebuild.Build): Record<string, string | undefined> {
  const ours = ["INSTALL", "PRE_BUILD", "BUILD", "POST_BUILD"];
  return Object.fromEntries(
    (build.phases ?? [])
      .filter((phase) => ours.includes(phase.phaseType ?? ""))
      .map((phase) => [phase.phaseType, phase.phaseStatus]),
  );
}

export function contextOf(build: codebuild.Build): codebuild.PhaseContext | undefined {
  return build.phases?.find((phase) => phase.contexts?.length)?.contexts?.[0];
}
