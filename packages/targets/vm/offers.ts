// What EC2 offers: its types of instances, and what an image says of itself. Neither changes from one look to the next, so it is
// asked once an hour in each copy of the function.
import {
  DescribeImagesCommand,
  DescribeInstanceTypesCommand,
  type DescribeInstanceTypesCommandOutput,
  type EC2Client,
  type Image,
  type InstanceTypeInfo,
} from "@aws-sdk/client-ec2";
import type { InstanceType } from "#core/placement/instance-type.ts";
import { callAws } from "#targets/host/call-aws.ts";

export type Offers = {
  /** Of the region; `names` may end in a `*`. */
  types(names: string[], nowMs: number): Promise<InstanceType[]>;
  /** `null` where there is none. */
  image(id: string, nowMs: number): Promise<Image | null>;
};

const KEPT_MS = 3_600_000;

export function createOffers(ec2: EC2Client): Offers {
  return {
    types: kept((names: string[]) => readTypes(ec2, names)),
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

export async function readImage(ec2: EC2Client, id: string): Promise<Image | null> {
  const answer = await callAws("ec2:DescribeImages", (abortSignal) =>
    ec2.send(new DescribeImagesCommand({ ImageIds: [id] }), { abortSignal }),
  );
  return answer.Images?.[0] ?? null;
}
