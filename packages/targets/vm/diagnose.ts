// Whether the image, the network and the load balancer that an environment names are there and belong together.
import {
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import type { Environment } from "#core/domain/environment.ts";
import { type Check, check, missing } from "#core/driver/diagnosis.ts";
import { isAllowed } from "#core/placement/instance-type.ts";
import { diagnoseBalancer } from "#targets/balancer/diagnose.ts";
import { diagnoseNamespace } from "#targets/cloud-map/diagnose.ts";
import { callAws } from "#targets/host/call-aws.ts";
import type { Vm } from "./client.ts";
import { readImage, readTypes } from "./offers.ts";
import { portsOpenToAll } from "./open-ports.ts";

export async function diagnose(vm: Vm, environment: Environment): Promise<Check[]> {
  const checks = [
    diagnoseBalancer(vm.elb, environment),
    diagnoseNamespace(vm.discovery, environment),
    diagnoseNetwork(vm, environment),
    diagnoseVm(vm, environment),
  ];
  return (await Promise.all(checks)).flat();
}

async function diagnoseVm(vm: Vm, { vm: settings, network, loadBalancer }: Environment): Promise<Check[]> {
  if (!settings) return [];
  const needs = Object.entries({ network, loadBalancer }).filter(([, value]) => value === undefined);
  return [
    await check(
      "vm.baseImageId",
      "Name an image of this region that is available, such as Amazon Linux 2023.",
      () => imageAvailable(vm, settings.baseImageId),
    ),
    ...(settings.instanceTypes ? [await diagnoseTypes(vm, settings.instanceTypes)] : []),
    ...needs.map(([path]) =>
      missing(path, `vm needs ${path}, and there is none.`, `Describe ${path} in the environment.`),
    ),
  ];
}

function diagnoseTypes({ ec2 }: Vm, names: string[]): Promise<Check> {
  return check("vm.instanceTypes", "Name types that EC2 offers in this region.", async () => {
    const types = await readTypes(ec2, names);
    const unknown = names.filter((one) => !types.some(({ name }) => isAllowed(name, [one])));
    if (unknown.length > 0) throw new Error(`EC2 offers none of ${unknown.join(", ")} here.`);
    return `There are ${types.length} types to choose from.`;
  });
}

async function imageAvailable({ ec2 }: Vm, id: string): Promise<string> {
  const image = await readImage(ec2, id);
  if (!image) throw new Error(`There is no image ${id}.`);
  if (image.State !== "available") throw new Error(`${id} is ${image.State}, not available.`);
  return `${image.Name ?? id} is available.`;
}

/** The network is the containers' as well; it is looked at here, where EC2 is spoken. */
async function diagnoseNetwork(vm: Vm, { network, loadBalancer }: Environment): Promise<Check[]> {
  if (!network) return [];
  const wanted = loadBalancer?.vpcId;
  const subnets = network.subnetIds.map((id, index) =>
    check(`network.subnetIds.${index}`, "Name a subnet of the load balancer's VPC.", () =>
      sameVpc(id, wanted, () => vpcOfSubnet(vm, id)),
    ),
  );
  const groups = network.securityGroupIds.map((id, index) =>
    diagnoseGroup(vm, `network.securityGroupIds.${index}`, id, wanted),
  );
  return [...(await Promise.all(subnets)), ...(await Promise.all(groups)).flat()];
}

async function diagnoseGroup(vm: Vm, path: string, id: string, vpcId: string | undefined): Promise<Check[]> {
  const there = await check(path, "Name a security group of the load balancer's VPC.", () =>
    sameVpc(id, vpcId, async () => (await readGroup(vm, id))?.VpcId),
  );
  if (!there.ok) return [there];
  const mend = "Let in the load balancer's security group alone, on the apps' ports.";
  return [there, await check(`${path}.ingress`, mend, () => closedToAll(vm, id))];
}

async function sameVpc(
  id: string,
  wanted: string | undefined,
  read: () => Promise<string | undefined>,
): Promise<string> {
  const found = await read();
  if (wanted !== undefined && found !== wanted) throw new Error(`${id} is in ${found}, not in ${wanted}.`);
  return `${id} is in ${found}.`;
}

async function vpcOfSubnet({ ec2 }: Vm, id: string): Promise<string | undefined> {
  const answer = await callAws("ec2:DescribeSubnets", (abortSignal) =>
    ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }), { abortSignal }),
  );
  return answer.Subnets?.[0]?.VpcId;
}

async function closedToAll(vm: Vm, id: string): Promise<string> {
  const open = portsOpenToAll((await readGroup(vm, id))?.IpPermissions ?? []);
  if (open.length > 0) throw new Error(`${id} lets everyone in on ${open.join(", ")}.`);
  return `${id} lets in nobody from everywhere.`;
}

async function readGroup({ ec2 }: Vm, id: string): Promise<SecurityGroup | undefined> {
  const answer = await callAws("ec2:DescribeSecurityGroups", (abortSignal) =>
    ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }), { abortSignal }),
  );
  return answer.SecurityGroups?.[0];
}
