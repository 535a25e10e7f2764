// Any SDK client of a house's AWS, as the sandbox's owner: with the key that the sandbox keeps on disk.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { TestHouse } from "./house.ts";

export function ownerOf({ awsUrl, directory }: TestHouse) {
  const folder = join(directory, "iam", "keys");
  const keys = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")).value);
  const { accessKeyId, secretAccessKey } = keys.find((key) => key.accessKeyId === "root");
  return { endpoint: awsUrl, region: "us-east-1", credentials: { accessKeyId, secretAccessKey } };
}
