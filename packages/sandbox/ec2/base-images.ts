// The images that are there from the start, as Amazon's own are on AWS: an empty machine. Their names and owner are
// those of Amazon Linux 2023, and the public parameters of Systems Manager lead to them.
import { createHash } from "node:crypto";
import { REGION } from "../local-platform.ts";
import type { Platform } from "../platform.ts";
import type { ImageRecord } from "./model.ts";

// EC2 user guide, "Amazon Linux 2023": the account that owns Amazon's images.
const AMAZON = { id: "137112412989", alias: "amazon" };
const PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-";

const BASES = [
  { id: "ami-0a12023ba5e00a640", snapshotId: "snap-0a12023ba5e00a640", architecture: "arm64" },
  { id: "ami-0a12023ba5e008664", snapshotId: "snap-0a12023ba5e008664", architecture: "x86_64" },
] as const;

/** An image has another id in every region ("Amazon Machine Images in Amazon EC2" in its User Guide). */
function basesIn(region: string): Pick<ImageRecord, "id" | "snapshotId" | "architecture">[] {
  if (region === REGION) return [...BASES];
  return BASES.map(({ architecture }) => {
    const own = createHash("sha256").update(`${region} ${architecture}`).digest("hex").slice(0, 17);
    return { id: `ami-${own}`, snapshotId: `snap-${own}`, architecture };
  });
}

export function baseImages({ region }: Platform, now: number): ImageRecord[] {
  return basesIn(region).map(({ id, snapshotId, architecture }) => ({
    id,
    snapshotId,
    architecture,
    name: `al2023-ami-2023.9.20251117.1-kernel-6.1-${architecture}`,
    description: `Amazon Linux 2023 AMI 2023.9.20251117.1 ${architecture} HVM kernel-6.1`,
    state: "available",
    owner: AMAZON,
    isPublic: true,
    createdAt: now,
    tags: {},
  }));
}

/** Idempotent. AWS user guide of Systems Manager, "Calling AMI public parameters". */
export async function publishParameters(platform: Platform): Promise<void> {
  for (const { id, architecture } of basesIn(platform.region)) {
    const parameter = { Name: `${PARAMETER}${architecture}`, Type: "String", Value: id, Overwrite: true };
    const known = await platform.call("ssm", "GetParameters", { Names: [parameter.Name] }, "root");
    if ((known as { Parameters: unknown[] }).Parameters.length > 0) continue;
    await platform.call("ssm", "PutParameter", parameter, "root");
  }
}
