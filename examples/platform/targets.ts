// The roles by which an installation of Tutti in another account works in this one. Made where TUTTI_INSTALLATION (`tutti-production`),
// TUTTI_ACCOUNT (where it stands) and TUTTI_EXTERNAL_ID (what both sides agreed on) are said: docs/accounts.md.
import { readFileSync } from "node:fs";

/** One of each kind of targets: `assumedBy` are roles of the installation. */
type Roles = Record<string, { assumedBy: string[]; policy: object }>;

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
  const template = readFileSync(new URL("./targets.json", import.meta.url), "utf8");
  const roles: Roles = JSON.parse(template.replaceAll("INSTALLATION", installation));
  for (const [kind, { assumedBy, policy }] of Object.entries(roles)) {
    const name = `Targets${kind[0]!.toUpperCase()}${kind.slice(1)}`;
    const role = new aws.iam.Role(`${name}Role`, {
      name: `${installation}-targets-${kind}`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [trust(assumedBy, home, externalId)],
      }),
    });
    new aws.iam.RolePolicy(`${name}Policy`, {
      name: "targets",
      role: role.name,
      policy: $resolve([accountId, region]).apply(([account, where]) =>
        JSON.stringify(policy).replaceAll("ACCOUNT", account!).replaceAll("REGION", where!),
      ),
    });
  }
  return { account: accountId, region, externalId };
}

/** Those functions and nobody else, and only with the external id. */
function trust(assumedBy: string[], home: string, externalId: string) {
  return {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${home}:root` },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "sts:ExternalId": externalId },
      ArnEquals: { "aws:PrincipalArn": assumedBy.map((name) => `arn:aws:iam::${home}:role/${name}`) },
    },
  };
}
