// The parts put together, and what Tutti is told of them: `settings` is the body of PUT /v1/environments/{stage}.
import { balancer } from "./balancer.ts";
import { deployer } from "./ci.ts";
import { cluster } from "./cluster.ts";
import { domain, settingsOfDomain } from "./domain.ts";
import { network } from "./network.ts";
import { servers } from "./servers.ts";
import { targets } from "./targets.ts";

/** Without a domain each target gets a listener on a port of its own, out of these. */
const PORTS = { from: 8100, to: 8199 };

export function platform(stage: string) {
  const net = network(stage);
  const wanted = settingsOfDomain();
  const front = balancer(stage, net, PORTS, wanted !== undefined);
  const hosts = servers(stage, net, front.appsGroupId);
  const containers = cluster(stage);
  const ci = deployer(stage);
  const settings = $jsonStringify({
    pools: {
      web: { ssm: { tags: { environment: stage, pool: "web" } }, user: "tutti", directory: "/opt/tutti" },
    },
    loadBalancer: { arn: front.arn, ports: PORTS, vpcId: net.vpcId },
    ...(wanted ? { domain: domain(front, wanted) } : {}),
    network: { subnetIds: net.privateSubnetIds, securityGroupIds: [front.appsGroupId] },
    vm: { baseImageId: hosts.imageId, instanceType: "t4g.small", instanceProfileArn: hosts.profileArn },
    cluster: containers,
    functionRoleArn: functionRole(stage),
    functionLogGroup: functionLogs(stage),
  });
  return { settings, endpoint: front.dnsName, deployerRoleArn: ci, targets: targets() };
}

/**
 * What apps of the kind `function` run as: they may write their log and be in the network (`function.network`), and whatever else you give
 * them. It is named as the installation's roles for apps are, since Tutti hands functions no other.
 */
function functionRole(stage: string) {
  const role = new aws.iam.Role("FunctionRole", {
    name: `${process.env.TUTTI_INSTALLATION ?? "tutti-production"}-app-platform-${stage}`,
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
  });
  new aws.iam.RolePolicyAttachment("FunctionLogs", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole",
  });
  return role.arn;
}

/** Without it they go to the installation's own group, or, in another account, to one that Lambda makes for each and keeps for ever. */
function functionLogs(stage: string) {
  return new aws.cloudwatch.LogGroup("FunctionLogGroup", {
    name: `/platform/${stage}/functions`,
    retentionInDays: 30,
  }).name;
}
