// Three servers for the pool `web`, found by their tags and reached through Systems Manager alone: no port is open for people.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Network } from "./network.ts";

const SERVERS = 3;
/** AWS keeps the newest image's id there (Amazon Linux 2023 user guide, "Launching AL2023 with SSM parameters"). */
const IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

export function servers(stage: string, { privateSubnetIds }: Network, appsGroupId: $util.Output<string>) {
  const imageId = aws.ssm.getParameterOutput({ name: IMAGE }).value;
  const profile = managedProfile(stage);
  const template = new aws.ec2.LaunchTemplate("WebTemplate", {
    name: `platform-${stage}-web`,
    imageId,
    instanceType: "t4g.small",
    iamInstanceProfile: { arn: profile.arn },
    vpcSecurityGroupIds: [appsGroupId],
    metadataOptions: { httpTokens: "required", httpEndpoint: "enabled" },
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { volumeSize: 16, volumeType: "gp3", encrypted: "true" } },
    ],
    userData: readFileSync(join($cli.paths.root, "setup.sh")).toString("base64"),
  });
  const tag = (key: string, value: string) => ({ key, value, propagateAtLaunch: true });
  new aws.autoscaling.Group("Web", {
    name: `platform-${stage}-web`,
    minSize: SERVERS,
    maxSize: SERVERS,
    vpcZoneIdentifiers: privateSubnetIds,
    launchTemplate: { id: template.id, version: "$Latest" },
    tags: [tag("environment", stage), tag("pool", "web"), tag("Name", `${stage}-web`)],
  });
  return { imageId, profileArn: profile.arn };
}

/** Lets a machine be managed by Systems Manager, and nothing else. Tutti's virtual machines run with it as well. */
function managedProfile(stage: string): aws.iam.InstanceProfile {
  const role = new aws.iam.Role("MachineRole", {
    name: `platform-${stage}-machine`,
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "ec2.amazonaws.com" }),
  });
  new aws.iam.RolePolicyAttachment("MachinePolicy", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
  });
  return new aws.iam.InstanceProfile("MachineProfile", {
    name: `platform-${stage}-machine`,
    role: role.name,
  });
}
