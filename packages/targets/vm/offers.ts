// What EC2 offers: its types of instances, in which zones, and what an image says of itself. None of it changes from one look to the next, so it is
// asked once an hour in each copy of the function.
import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  type DescribeInstanceTypeOfferingsCommandOutput,
  DescribeInstanceTypesCommand,
  type DescribeInstanceTypesCommandOutput,
  DescribeSubnetsCommand,
  type EC2Client,
  type Image,
  type InstanceTypeInfo,
} from "@aws-sdk/client-ec2";
import type { InstanceType } from "#core/placement/instance-type.ts";
import { callAws } from "#targets/host/call-aws.ts";

export type Offers = {
  /** Of the region; `names` may end in a `*`. */
  types(names: string[], nowMs: number): Promise<InstanceType[]>;
  /** Zones in which each of the types is offered; `names` as above. */
  zonesOfTypes(names: string[], nowMs: number): Promise<Map<string, string[]>>;
  /** By the ids of the subnets. */
  zonesOfSubnets(ids: string[], nowMs: number): Promise<Map<string, string>>;
  /** `null` where there is none. */
  image(id: string, nowMs: number): Promise<Image | null>;
};

const KEPT_MS = 3_600_000;

export function createOffers(ec2: EC2Client): Offers {
  return {
    types: kept((names: string[]) => readTypes(ec2, names)),
    zonesOfTypes: kept((names: string[]) => readOfferings(ec2, names)),
    zonesOfSubnets: kept((ids: string[]) => readSubnetZones(ec2, ids)),
    image: kept((id: string) => readImage(ec2, id)),
  };
}

/** Who asks while another asks waits for the same answer; one that failed is asked for again. */
export function kept<Asked, Answer>(ask: (asked: Asked) => Promise<Answer>) {
  const known = new Map<string, { atMs: number; answer: Promise<Answer> }>();
  return (asked: Asked, nowMs: number): Promise<Answer> => {
    const key = String(asked);
    const before = known.get(key);
    if (before && nowMs - before.atMs < KEPT_MS) return before.answer;
    const answer = ask(asked);
    known.set(key, { atMs: nowMs, answer });
    answer.catch(() => known.delete(key));
    return answer;
  };
}

export async function readTypes(ec2: EC2Client, Values: string[]): Promise<InstanceType[]> {
  const found: InstanceTypeInfo[] = [];
  let NextToken: string | undefined;
  do {
    const page: DescribeInstanceTypesCommandOutput = await callAws(
      "ec2:DescribeInstanceTypes",
      (abortSignal) =>
        ec2.send(
          new DescribeInstanceTypesCommand({ Filters: [{ Name: "instance-type", Values }], NextToken }),
          { abortSignal },
        ),
    );
    found.push(...(page.InstanceTypes ?? []));
    NextToken = page.NextToken;
  } while (NextToken);
  return found.map(({ InstanceType: name, VCpuInfo, MemoryInfo, ProcessorInfo }) => ({
    name: name ?? "",
    cpu: VCpuInfo?.DefaultVCpus ?? 0,
    memoryMiB: MemoryInfo?.SizeInMiB ?? 0,
    architectures: ProcessorInfo?.SupportedArchitectures ?? [],
  }));
}

/** EC2 API reference, DescribeInstanceTypeOfferings: a type need not be there in each zone of its region. */
async function readOfferings(ec2: EC2Client, Values: string[]): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const ask = { LocationType: "availability-zone", Filters: [{ Name: "instance-type", Values }] } as const;
  let NextToken: string | undefined;
  do {
    const page: DescribeInstanceTypeOfferingsCommandOutput = await callAws(
      "ec2:DescribeInstanceTypeOfferings",
      (abortSignal) =>
        ec2.send(new DescribeInstanceTypeOfferingsCommand({ ...ask, Filters: [...ask.Filters], NextToken }), {
          abortSignal,
        }),
    );
    for (const { InstanceType: name = "", Location = "" } of page.InstanceTypeOfferings ?? [])
      found.set(name, [...(found.get(name) ?? []), Location]);
    NextToken = page.NextToken;
  } while (NextToken);
  return found;
}

export async function readSubnetZones(ec2: EC2Client, SubnetIds: string[]): Promise<Map<string, string>> {
  const answer = await callAws("ec2:DescribeSubnets", (abortSignal) =>
    ec2.send(new DescribeSubnetsCommand({ SubnetIds }), { abortSignal }),
  );
  return new Map((answer.Subnets ?? []).map((one) => [one.SubnetId ?? "", one.AvailabilityZone ?? ""]));
}

export async function readImage(ec2: EC2Client, id: string): Promise<Image | null> {
  const answer = await callAws("ec2:DescribeImages", (abortSignal) =>
    ec2.send(new DescribeImagesCommand({ ImageIds: [id] }), { abortSignal }),
  );
  return answer.Images?.[0] ?? null;
}
