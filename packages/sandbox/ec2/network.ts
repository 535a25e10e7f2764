// The network of the sandbox as EC2 tells of it: the default VPC with one subnet in each of two zones. All machines are
// in the same slice of the loopback addresses, so both subnets have its block. The one security group is the VPC's
// default, which lets everything through: there is no firewall.
import type {
  DescribeAvailabilityZonesRequest,
  DescribeSecurityGroupsRequest,
  DescribeSubnetsRequest,
  DescribeVpcsRequest,
  Subnet,
} from "@aws-sdk/client-ec2";
import { REGION } from "../local-platform.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { filterItems } from "./filters.ts";

export const VPC_ID = "vpc-sandbox";
export const DEFAULT_GROUP_ID = "sg-sandbox-default";

export type SubnetFacts = { id: string; zone: string; zoneId: string };

export function subnets({ region }: Platform): SubnetFacts[] {
  return ["a", "b"].map((letter, index) => ({
    id: region === REGION ? `subnet-sandbox-${letter}` : `subnet-${region}-${letter}`,
    zone: `${region}${letter}`,
    zoneId: `${shortOf(region)}-az${index + 1}`,
  }));
}

/** `us-east-1` is `use1` in the ids of its zones ("AZ IDs" in the RAM User Guide). */
function shortOf(region: string): string {
  const [country = "", direction = "", number = ""] = region.split("-");
  const short = direction.replace(/(north|south|east|west|central)/g, (word) => word[0]!);
  return `${country}${short}${number}`;
}

export function findSubnet(platform: Platform, id: string): SubnetFacts {
  const found = subnets(platform).find((one) => one.id === id);
  if (!found) throw new AwsError("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
  return found;
}

/** Throws where there is none of these. */
export function checkGroups(ids: string[]): void {
  const missing = ids.find((id) => id !== DEFAULT_GROUP_ID);
  if (missing !== undefined)
    throw new AwsError("InvalidGroup.NotFound", `The security group '${missing}' does not exist`);
}

function cidrOf(platform: Platform): string {
  return platform.address(1).replace(/\.\d+\.\d+$/, ".0.0/16");
}

export function networkHandlers(platform: Platform): Record<string, Handler> {
  return {
    DescribeSubnets: (input: DescribeSubnetsRequest) => {
      const named = input.SubnetIds?.map((id) => findSubnet(platform, id)) ?? subnets(platform);
      const found = filterItems(named, input.Filters, {
        "subnet-id": ({ id }) => [id],
        "vpc-id": () => [VPC_ID],
        "availability-zone": ({ zone }) => [zone],
        "default-for-az": () => ["true"],
        state: () => ["available"],
      });
      return { Subnets: found.map((one) => describeSubnet(platform, one)) };
    },
    DescribeSecurityGroups: (input: DescribeSecurityGroupsRequest) => {
      checkGroups(input.GroupIds ?? []);
      const found = filterItems([{}], input.Filters, {
        "group-id": () => [DEFAULT_GROUP_ID],
        "group-name": () => ["default"],
        "vpc-id": () => [VPC_ID],
      });
      const everything = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
      const group = {
        GroupId: DEFAULT_GROUP_ID,
        GroupName: "default",
        Description: "default VPC security group",
        VpcId: VPC_ID,
        OwnerId: platform.accountId,
        // As of every VPC: who carries it, and nobody else (VPC user guide, "Default security groups").
        IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: DEFAULT_GROUP_ID }] }],
        IpPermissionsEgress: everything,
        Tags: [],
      };
      return { SecurityGroups: found.map(() => group) };
    },
    DescribeVpcs: (input: DescribeVpcsRequest) => {
      const missing = input.VpcIds?.find((id) => id !== VPC_ID);
      if (missing) throw new AwsError("InvalidVpcID.NotFound", `The vpc ID '${missing}' does not exist`);
      const found = filterItems([{}], input.Filters, {
        "vpc-id": () => [VPC_ID],
        "is-default": () => ["true"],
        state: () => ["available"],
      });
      const { accountId } = platform;
      const vpc = { VpcId: VPC_ID, OwnerId: accountId, State: "available", CidrBlock: cidrOf(platform) };
      return { Vpcs: found.map(() => ({ ...vpc, IsDefault: true, InstanceTenancy: "default", Tags: [] })) };
    },
    DescribeAvailabilityZones: (input: DescribeAvailabilityZonesRequest) => {
      const items = subnets(platform);
      const found = filterItems(items, input.Filters, {
        "zone-name": ({ zone }) => [zone],
        "region-name": () => [platform.region],
        state: () => ["available"],
      }).filter(({ zone }) => !input.ZoneNames?.length || input.ZoneNames.includes(zone));
      return {
        AvailabilityZones: found.map(({ zone, zoneId }) => ({
          ZoneName: zone,
          ZoneId: zoneId,
          RegionName: platform.region,
          State: "available",
          ZoneType: "availability-zone",
        })),
      };
    },
  };
}

function describeSubnet(platform: Platform, { id, zone, zoneId }: SubnetFacts): Subnet {
  return {
    SubnetId: id,
    SubnetArn: `arn:aws:ec2:${platform.region}:${platform.accountId}:subnet/${id}`,
    VpcId: VPC_ID,
    OwnerId: platform.accountId,
    State: "available",
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneId,
    CidrBlock: cidrOf(platform),
    AvailableIpAddressCount: 50_000,
    DefaultForAz: true,
    MapPublicIpOnLaunch: false,
    Tags: [],
  };
}
