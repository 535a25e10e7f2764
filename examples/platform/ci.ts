// Lets a repository's main branch on GitHub run `sst deploy` of the platform and of Tutti itself, without a stored secret. Releases of apps
// need nothing of it: Tutti reads GitHub's tokens by itself (docs/security.md). Made only where GITHUB_REPOSITORY says OWNER/REPOSITORY.
const ISSUER = "token.actions.githubusercontent.com";

export function deployer(stage: string) {
  const repository = process.env.GITHUB_REPOSITORY;
  if (!repository) return undefined;
  const provider = new aws.iam.OpenIdConnectProvider("GitHub", {
    url: `https://${ISSUER}`,
    clientIdLists: ["sts.amazonaws.com"],
  });
  const role = new aws.iam.Role("DeployerRole", {
    name: `platform-${stage}-deployer`,
    assumeRolePolicy: provider.arn.apply((arn) =>
      JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Federated: arn },
            Action: "sts:AssumeRoleWithWebIdentity",
            Condition: {
              StringEquals: {
                [`${ISSUER}:aud`]: "sts.amazonaws.com",
                [`${ISSUER}:sub`]: `repo:${repository}:ref:refs/heads/main`,
              },
            },
          },
        ],
      }),
    ),
  });
  // It makes roles and networks, so it may do nearly everything: protect the branch as you would the account.
  new aws.iam.RolePolicyAttachment("DeployerPolicy", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
  });
  return role.arn;
}
