// A whole installation on a judge: the blueprint, deployed by the code that deploys it on the sandbox.
import { GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { inject } from "vitest";
import { type Client, createClient } from "#client/client.ts";
import { type Blueprint, blueprint } from "#infra/blueprint.ts";
import { type Bundle, bundleFunctions } from "#infra/bundles/bundle.ts";
import type { AwsAccess } from "#start/deploy/access.ts";
import { deployBlueprint } from "#start/deploy/deploy-blueprint.ts";
import { ROOT } from "#start/open-house.ts";
import { sha256Hex } from "#start/token.ts";
import { fetchByHost } from "./fetch-by-host.ts";
import { lackOf } from "./lacks.ts";

const TOKEN = "token-of-the-foreign-house";

export type Installation = {
  plan: Blueprint;
  bundles: Bundle[];
  access: AwsAccess;
  /** Deploys it once more. */
  again(): Promise<void>;
  /** Speaks to the API at its function URL. */
  client(): Promise<Client>;
};

const changesProjects = () => !lackOf(inject("judge").name, "CodeBuild", "changes a project");

/** `name`: two installations under different names share nothing. */
export async function install(name: string): Promise<Installation> {
  const plan = blueprint({ name, account: "000000000000", region: "us-east-1" }, sha256Hex(TOKEN));
  const bundles = await bundleFunctions(ROOT, plan.functions);
  const access = {
    endpoint: process.env.AWS_ENDPOINT_URL!,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  };
  await deployBlueprint(plan, bundles, access);
  return {
    plan,
    bundles,
    access,
    again: () =>
      deployBlueprint({ ...plan, projects: changesProjects() ? plan.projects : [] }, bundles, access),
    client: async () => {
      const FunctionName = plan.names.functionName("api");
      const { FunctionUrl } = await new LambdaClient({}).send(
        new GetFunctionUrlConfigCommand({ FunctionName }),
      );
      return createClient({ url: FunctionUrl!.replace(/\/$/, ""), token: TOKEN, fetch: fetchByHost });
    },
  };
}
