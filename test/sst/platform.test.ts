// The platform that a new account begins with: evaluated without a cloud; what it says to Tutti is what Tutti takes; and the OpenTofu version
// makes the same things. OpenTofu itself is not run here: its blocks are read, and every reference in them must lead to one.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { environmentBody } from "#functions/api/schemas/environment.ts";
import { ROOT } from "#start/open-house.ts";
import { evaluate } from "./evaluate.ts";
import { type Graph, inputsOf } from "./graph.ts";

const FOLDER = "examples/platform";
const PLACE = { account: "123456789012", region: "eu-central-1", secrets: {}, config: FOLDER };

let graph: Graph;
beforeAll(async () => {
  graph = await evaluate({
    ...PLACE,
    stage: "prod",
    env: {
      GITHUB_REPOSITORY: "acme/platform",
      PLATFORM_DOMAIN: "apps.example.com",
      PLATFORM_ZONE_ID: "Z0123456789ABC",
    },
  });
});

test("what the platform says of itself is an environment as the API takes it, key by key", () => {
  const settings = environmentBody.parse(JSON.parse(String(graph.outputs.settings)));
  expect(settings).toMatchObject({
    pools: {
      web: { ssm: { tags: { environment: "prod", pool: "web" } }, user: "tutti", directory: "/opt/tutti" },
    },
    loadBalancer: {
      arn: expect.stringContaining("loadbalancer/app/platform-prod/"),
      ports: { from: 8100, to: 8199 },
    },
    domain: {
      name: "apps.example.com",
      listenerArn: expect.stringMatching(/:listener\/app\/platform-prod\/.*\/443$/),
    },
    network: { subnetIds: [expect.stringMatching(/^subnet-/), expect.stringMatching(/^subnet-/)] },
    vm: { instanceProfileArn: "arn:aws:iam::123456789012:instance-profile/platform-prod-machine" },
    cluster: {
      logGroup: "/platform/prod/apps",
      infrastructureRoleArn: "arn:aws:iam::123456789012:role/platform-prod-infrastructure",
    },
    functionRoleArn: "arn:aws:iam::123456789012:role/tutti-production-app-platform-prod",
    functionLogGroup: "/platform/prod/functions",
  });
});

test("each role is one that the service it is named for may assume, so that the doctor finds nothing", () => {
  const trusted = Object.fromEntries(
    Object.values(inputsOf(graph, "aws:iam/role:Role")).map((one) => {
      const policy = one.assumeRolePolicy;
      const { Statement } = (typeof policy === "string" ? JSON.parse(policy) : policy) as {
        Statement: { Principal: object }[];
      };
      return [one.name, Statement.map(({ Principal }) => Object.values(Principal)).flat(3)];
    }),
  );
  expect(trusted).toEqual({
    "platform-prod-execution": ["ecs-tasks.amazonaws.com"],
    "platform-prod-task": ["ecs-tasks.amazonaws.com"],
    "platform-prod-infrastructure": ["ecs.amazonaws.com"],
    "tutti-production-app-platform-prod": ["lambda.amazonaws.com"],
    "platform-prod-machine": ["ec2.amazonaws.com"],
    "platform-prod-deployer": ["arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"],
  });
});

test("what is attached to roles is AWS's own policy of that purpose, in both versions", () => {
  const attached = Object.values(inputsOf(graph, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")).map(
    ({ policyArn }) => String(policyArn).replace(/^.*:policy/, ""),
  );
  expect(attached).toContain("/service-role/AmazonECSInfrastructureRolePolicyForVolumes");
  const byTofu = [...tofu.matchAll(/^ {2}policy_arn = "\$\{local\.managed\}(.*)"$/gm)].map(([, arn]) => arn!);
  expect(byTofu.sort()).toEqual(attached.sort());
});

test("servers carry the tags that the pool asks for, and only the load balancer reaches apps", () => {
  const tags = inputsOf(graph, "aws:autoscaling/group:Group").Web!.tags as { key: string; value: string }[];
  const wanted = JSON.parse(String(graph.outputs.settings)).pools.web.ssm.tags;
  expect(Object.fromEntries(tags.map(({ key, value }) => [key, value]))).toMatchObject(wanted);
  const ingress = inputsOf(graph, "aws:ec2/securityGroup:SecurityGroup").AppsGroup!.ingress as object[];
  expect(ingress).toHaveLength(1);
  expect(ingress[0]).not.toHaveProperty("cidrBlocks");
});

test("a domain has one certificate and one record for all its names, TLS on 443, and 80 only leads there", () => {
  expect(inputsOf(graph, "aws:acm/certificate:Certificate").Certificate).toMatchObject({
    domainName: "*.apps.example.com",
    validationMethod: "DNS",
  });
  const records = inputsOf(graph, "aws:route53/record:Record");
  expect(records.CertificateRecord).toMatchObject({ zoneId: "Z0123456789ABC", type: "CNAME" });
  expect(records.AppsRecord).toMatchObject({
    name: "*.apps.example.com",
    type: "A",
    aliases: [{ name: expect.stringContaining(".elb.amazonaws.com"), zoneId: "Z215JYRZR1TBD5" }],
  });
  const listeners = inputsOf(graph, "aws:lb/listener:Listener");
  expect(listeners.Https).toMatchObject({
    protocol: "HTTPS",
    port: 443,
    sslPolicy: expect.stringContaining("TLS13-1-2"),
    certificateArn: expect.stringContaining(":certificate/"),
    defaultActions: [{ type: "fixed-response", fixedResponse: { statusCode: "404" } }],
  });
  expect(listeners.Http).toMatchObject({
    protocol: "HTTP",
    port: 80,
    defaultActions: [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ],
  });
  const front = inputsOf(graph, "aws:ec2/securityGroup:SecurityGroup").FrontGroup!.ingress as {
    fromPort: number;
    toPort: number;
  }[];
  expect(front.map(({ fromPort, toPort }) => [fromPort, toPort])).toEqual([
    [443, 443],
    [80, 80],
  ]);
});

test("without a domain nothing of it is made, and targets are reached at their ports", async () => {
  const without = await evaluate({ ...PLACE, stage: "dev", env: {} });
  for (const type of ["acm/certificate:Certificate", "route53/record:Record", "lb/listener:Listener"])
    expect(inputsOf(without, `aws:${type}`), type).toEqual({});
  expect(environmentBody.parse(JSON.parse(String(without.outputs.settings)))).not.toHaveProperty("domain");
  const front = inputsOf(without, "aws:ec2/securityGroup:SecurityGroup").FrontGroup!.ingress;
  expect(front).toMatchObject([{ fromPort: 8100, toPort: 8199 }]);
});

test("GitHub's way in is made only where a repository is named", async () => {
  const without = await evaluate({ ...PLACE, stage: "dev", env: { GITHUB_REPOSITORY: "" } });
  expect(inputsOf(without, "aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toEqual({});
  expect(without.outputs.deployerRoleArn).toBeUndefined();
});

const tofu = readdirSync(join(ROOT, FOLDER, "opentofu"))
  .map((name) => readFileSync(join(ROOT, FOLDER, "opentofu", name), "utf8"))
  .join("\n")
  .replaceAll(/^\s*#.*$/gm, "");

/** `aws_lb.balancer` and `data.aws_x.y`, as declared. */
const declared = new Set(
  [...tofu.matchAll(/^(resource|data) "(\w+)" "(\w+)" \{$/gm)].map(
    ([, kind, type, name]) => `${kind === "data" ? "data." : ""}${type}.${name}`,
  ),
);

test("every reference of the OpenTofu version leads to a block, and its braces and quotes are closed", () => {
  const used = [...tofu.matchAll(/\b(?:data\.)?aws_\w+\.\w+/g)].map(([text]) => text);
  expect(used.length).toBeGreaterThan(40);
  expect(used.filter((one) => !declared.has(one))).toEqual([]);
  const locals = new Set([...tofu.matchAll(/\blocal\.(\w+)/g)].map(([, name]) => name!));
  for (const name of locals) expect(tofu).toMatch(new RegExp(`^  ${name} +=`, "m"));
  const variables = new Set([...tofu.matchAll(/\bvar\.(\w+)/g)].map(([, name]) => name!));
  for (const name of variables) expect(tofu).toContain(`variable "${name}" {`);
  const count = (text: string) => tofu.split(text).length - 1;
  expect([count("{"), count("["), count("(")]).toEqual([count("}"), count("]"), count(")")]);
  expect(count('"') % 2).toBe(0);
});

/** Pulumi's `aws:ec2/natGateway:NatGateway` is `aws_nat_gateway` there; a few are named otherwise. */
const TOFU_NAMES: Record<string, string> = {
  "aws:cloudwatch/logGroup:LogGroup": "aws_cloudwatch_log_group",
  "aws:ecs/cluster:Cluster": "aws_ecs_cluster",
  "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
  "aws:autoscaling/group:Group": "aws_autoscaling_group",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
};

function tofuName(type: string): string {
  const [, module, name] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type)!;
  const words = name!.replaceAll(/(?<!^)([A-Z])/g, "_$1").toLowerCase();
  return TOFU_NAMES[type] ?? (module === "ec2" ? `aws_${words}` : `aws_${module}_${words}`);
}

test("both versions make the same kinds of things", () => {
  const bySst = graph.resources
    .filter((one) => one.custom && one.type.startsWith("aws:"))
    .map((one) => tofuName(one.type));
  const byTofu = [...declared].filter((one) => !one.startsWith("data.")).map((one) => one.split(".")[0]!);
  expect([...new Set(byTofu)].sort()).toEqual([...new Set(bySst)].sort());
});

test("both say the same to Tutti", () => {
  const settings = JSON.parse(String(graph.outputs.settings)) as Record<string, Record<string, unknown>>;
  const block = /output "settings" \{[\s\S]*?^\}/m.exec(tofu)![0];
  // It is said where there is a domain, and merged in.
  expect(tofu).toContain("domain = { name = var.domain, listenerArn = aws_lb_listener.https[0].arn }");
  expect(block).toContain("merge(local.domain,");
  for (const [key, value] of Object.entries(settings)) {
    if (key === "domain") continue;
    expect(block).toMatch(new RegExp(`^ +${key} += `, "m"));
    if (key === "pools") continue;
    for (const inner of typeof value === "string" ? [] : Object.keys(value))
      expect(block, inner).toMatch(new RegExp(`\\b${inner} += `));
  }
});
