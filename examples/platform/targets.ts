// The role by which an installation of Tutti in another account works in this one. Made where TUTTI_INSTALLATION (`tutti-production`),
// TUTTI_ACCOUNT (where it stands) and TUTTI_EXTERNAL_ID (what both sides agreed on) are said: docs/accounts.md.
import { readFileSync } from "node:fs";

/** For the environment's `accounts`: where targets live, seen from the installation. */
export function targets() {
  const {
    TUTTI_INSTALLATION: installation,
    TUTTI_ACCOUNT: home,
    TUTTI_EXTERNAL_ID: externalId,
  } = process.env;
  if (!installation || !home || !externalId) return undefined;
  const { accountId } = aws.getCallerIdentityOutput();
  const { name: region } = aws.getRegionOutput();
  const role = new aws.iam.Role("TargetsRole", {
    name: `${installation}-targets`,
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [trust(installation, home, externalId)],
    }),
  });
  const template = readFileSync(new URL("./targets-policy.json", import.meta.url), "utf8");
  new aws.iam.RolePolicy("TargetsPolicy", {
    name: "targets",
    role: role.name,
    policy: $resolve([accountId, region]).apply(([account, where]) =>
      template
        .replaceAll("INSTALLATION", installation)
        .replaceAll("ACCOUNT", account!)
        .replaceAll("REGION", where!),
    ),
  });
  return { account: accountId, region, externalId };
}

/** Its drivers and nobody else, and only with the external id. */
function trust(installation: string, home: string, externalId: string) {
  return {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${home}:root` },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "sts:ExternalId": externalId },
      ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${home}:role/${installation}-driver-*` },
    },
  };
}
