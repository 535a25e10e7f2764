// DescribeInstanceTypes, of the types that the sandbox knows, and in which zones they are offered. A machine here is as large as this
// host whatever its type, so a launch takes any type that its zone has; who asks which there are gets these.
import type {
  DescribeInstanceTypeOfferingsRequest,
  DescribeInstanceTypesRequest,
  InstanceTypeInfo,
} from "@aws-sdk/client-ec2";
import { pageOf } from "../machines/pages.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { pageSize } from "./describe-instances.ts";
import { filterItems } from "./filters.ts";
import { subnets } from "./network.ts";

type Known = { name: string; cpu: number; memoryMiB: number; architecture: "arm64" | "x86_64" };

/** A5 and the like are not meant: the letter g after the generation says Graviton (EC2 user guide, "Naming conventions"). */
const ARM_TYPE = /^a1\.|^[a-z]+\d+g[a-z]*\./;

/** vCPU and GiB by size: Amazon EC2 instance types guide, "Specifications for Amazon EC2 general purpose instances" (T4g, T3, M7g, M7i) and "… compute optimized instances" (C7g), docs.aws.amazon.com/ec2/latest/instancetypes. */
const FAMILIES = {
  t4g: {
    nano: [2, 0.5],
    micro: [2, 1],
    small: [2, 2],
    medium: [2, 4],
    large: [2, 8],
    xlarge: [4, 16],
    "2xlarge": [8, 32],
  },
  t3: {
    nano: [2, 0.5],
    micro: [2, 1],
    small: [2, 2],
    medium: [2, 4],
    large: [2, 8],
    xlarge: [4, 16],
    "2xlarge": [8, 32],
  },
  m7g: { medium: [1, 4], large: [2, 8], xlarge: [4, 16], "2xlarge": [8, 32], "4xlarge": [16, 64] },
  m7i: { large: [2, 8], xlarge: [4, 16], "2xlarge": [8, 32], "4xlarge": [16, 64] },
  c7g: { medium: [1, 2], large: [2, 4], xlarge: [4, 8], "2xlarge": [8, 16], "4xlarge": [16, 32] },
} satisfies Record<string, Record<string, [cpu: number, memoryGiB: number]>>;

const KNOWN: Known[] = Object.entries(FAMILIES).flatMap(([family, sizes]) =>
  Object.entries(sizes).map(([size, [cpu = 0, memoryGiB = 0]]) => ({
    name: `${family}.${size}`,
    cpu,
    memoryMiB: memoryGiB * 1024,
    architecture: architectureOf(`${family}.${size}`),
  })),
);

export function architectureOf(type: string): Known["architecture"] {
  return ARM_TYPE.test(type) ? "arm64" : "x86_64";
}

/** EC2 API reference, DescribeInstanceTypes, Filters: those of them whose figures are above. */
const FIELDS = {
  "instance-type": ({ name }: Known) => [name],
  "processor-info.supported-architecture": ({ architecture }: Known) => [architecture],
  "memory-info.size-in-mib": ({ memoryMiB }: Known) => [String(memoryMiB)],
  "vcpu-info.default-vcpus": ({ cpu }: Known) => [String(cpu)],
  "current-generation": () => ["true"],
  "bare-metal": () => ["false"],
};

/** As on AWS not every zone has every type: here the second one has no C7g. */
export function isOffered(type: string, zone: string): boolean {
  return !(zone.endsWith("b") && type.startsWith("c7g."));
}

/** EC2 API reference, DescribeInstanceTypeOfferings: without a LocationType, of the region. */
function offerings(
  { region, ...platform }: Platform,
  { LocationType = "region" }: DescribeInstanceTypeOfferingsRequest,
) {
  if (LocationType !== "region" && LocationType !== "availability-zone")
    throw new AwsError(
      "NotImplemented",
      `The sandbox implements no LocationType ${LocationType} of DescribeInstanceTypeOfferings: it has region, availability-zone.`,
    );
  const places =
    LocationType === "region" ? [region] : subnets({ ...platform, region }).map(({ zone }) => zone);
  return places.flatMap((Location) =>
    KNOWN.filter(({ name }) => isOffered(name, Location)).map(({ name }) => ({
      InstanceType: name as InstanceTypeInfo["InstanceType"],
      LocationType,
      Location,
    })),
  );
}

export function instanceTypeHandlers(platform: Platform): Record<string, Handler> {
  return {
    DescribeInstanceTypeOfferings: (input: DescribeInstanceTypeOfferingsRequest) => {
      const found = filterItems(offerings(platform, input), input.Filters, {
        "instance-type": ({ InstanceType = "" }) => [InstanceType],
        location: ({ Location }) => [Location],
      });
      // The same reference: MaxResults is 5 to 1000.
      const page = pageOf(found, pageSize(input.MaxResults, 5, 1_000), input.NextToken);
      return { InstanceTypeOfferings: page.items, NextToken: page.next };
    },
    DescribeInstanceTypes: (input: DescribeInstanceTypesRequest) => {
      const unknown = (input.Filters ?? []).find(({ Name = "" }) => !Object.hasOwn(FIELDS, Name));
      if (unknown)
        throw new AwsError(
          "NotImplemented",
          `The sandbox does not implement the filter ${unknown.Name} of DescribeInstanceTypes: it has ${Object.keys(FIELDS).join(", ")}.`,
        );
      const found = filterItems(namedTypes(input), input.Filters, FIELDS);
      // The same reference: MaxResults is 5 to 100.
      const page = pageOf(found, pageSize(input.MaxResults, 5, 100), input.NextToken);
      return { InstanceTypes: page.items.map(describeType), NextToken: page.next };
    },
  };
}

function namedTypes({ InstanceTypes = [], MaxResults }: DescribeInstanceTypesRequest): Known[] {
  if (InstanceTypes.length === 0) return KNOWN;
  if (MaxResults !== undefined)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter instanceTypesSet cannot be used with the parameter maxResults",
    );
  const missing = InstanceTypes.filter((name) => !KNOWN.some((one) => one.name === name));
  if (missing.length > 0)
    throw new AwsError(
      "InvalidInstanceType",
      `The following supplied instance types do not exist, or the sandbox has no figures of them: [${missing.join(", ")}]`,
    );
  return KNOWN.filter(({ name }) => (InstanceTypes as string[]).includes(name));
}

function describeType({ name, cpu, memoryMiB, architecture }: Known): InstanceTypeInfo {
  return {
    InstanceType: name as InstanceTypeInfo["InstanceType"],
    CurrentGeneration: true,
    BareMetal: false,
    Hypervisor: "nitro",
    SupportedVirtualizationTypes: ["hvm"],
    SupportedRootDeviceTypes: ["ebs"],
    BurstablePerformanceSupported: name.startsWith("t"),
    ProcessorInfo: { SupportedArchitectures: [architecture] },
    VCpuInfo: { DefaultVCpus: cpu },
    MemoryInfo: { SizeInMiB: memoryMiB },
  };
}
