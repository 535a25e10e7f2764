// Pulumi's values as JSON: secrets opened, assets and archives told by a word, since what is in them is proven elsewhere.

/** The keys by which Pulumi marks what is more than JSON (sdk/nodejs/runtime/rpc.ts, specialSigKey and specialSecretSig). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export function plainValue(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(plainValue);
  const fields = value as Record<string, unknown>;
  if (fields[SIGNATURE] === SECRET) return plainValue(fields.value);
  if ("__pulumiAsset" in fields || "__pulumiArchive" in fields) return "(archive)";
  return Object.fromEntries(Object.entries(fields).map(([key, one]) => [key, plainValue(one)]));
}
