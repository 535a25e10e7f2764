// Who may assume a role, for `tutti doctor`. IAM is asked for nothing else, so its client is loaded only then.
import type { IAMClient } from "@aws-sdk/client-iam";
import type { RoleReader } from "#core/driver/diagnosis.ts";
import { callAws } from "#targets/host/call-aws.ts";
import { awsOptions } from "./aws-options.ts";
import type { Bring } from "./target-accounts.ts";

type Trust = { Statement?: { Effect?: string; Principal?: { Service?: string | string[] } }[] };

export function roleReader(bring: Bring): Pick<RoleReader, "servicesOf"> {
  let client: IAMClient | undefined;
  return {
    servicesOf: async (roleArn) => {
      const { GetRoleCommand, IAMClient } = await import("@aws-sdk/client-iam");
      client ??= bring(new IAMClient(awsOptions()));
      const iam = client;
      const RoleName = roleArn.split("/").at(-1)!;
      const { Role } = await callAws("iam:GetRole", (abortSignal) =>
        iam.send(new GetRoleCommand({ RoleName }), { abortSignal }),
      );
      const trust = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "%7B%7D")) as Trust;
      const allowed = (trust.Statement ?? []).filter(({ Effect }) => Effect === "Allow");
      return allowed.flatMap(({ Principal }) => Principal?.Service ?? []);
    },
  };
}
