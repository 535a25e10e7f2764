// The functions that AWS adds to JSONata:
// https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
import { createHash, randomUUID } from "node:crypto";

const algorithms: Record<string, string> = {
  MD5: "md5",
  "SHA-1": "sha1",
  "SHA-256": "sha256",
  "SHA-384": "sha384",
  "SHA-512": "sha512",
};

export const awsFunctions = {
  partition(items: unknown, size: unknown): unknown[][] | undefined {
    if (items === undefined) return undefined;
    const list = Array.isArray(items) ? items : [items];
    const length = Math.round(numberOf("partition", size));
    if (length < 1) throw new Error("$partition: the size of a chunk must be a positive number");
    return Array.from({ length: Math.ceil(list.length / length) }, (_, at) =>
      list.slice(at * length, (at + 1) * length),
    );
  },
  /** Both ends are part of it. */
  range(first: unknown, last: unknown, step: unknown): number[] {
    const [from, to, by] = [first, last, step].map((value) => Math.round(numberOf("range", value))) as [
      number,
      number,
      number,
    ];
    if (by === 0) throw new Error("$range: the step must not be 0");
    const count = Math.max(0, Math.floor((to - from) / by) + 1);
    if (count > 1000) throw new Error("$range: at most 1000 values");
    return Array.from({ length: count }, (_, at) => from + at * by);
  },
  hash(data: unknown, algorithm: unknown): string | undefined {
    if (data === undefined) return undefined;
    const name = algorithms[String(algorithm)];
    if (!name) throw new Error(`$hash: ${algorithm} is not one of ${Object.keys(algorithms).join(", ")}`);
    const text = typeof data === "string" ? data : JSON.stringify(data);
    return createHash(name).update(text).digest("hex");
  },
  /** From 0 to below 1; the same seed gives the same number. */
  random: (seed: unknown): number => (seed === undefined ? Math.random() : seeded(numberOf("random", seed))),
  uuid: (): string => randomUUID(),
  parse: (text: unknown): unknown => (text === undefined ? undefined : JSON.parse(String(text))),
  eval(): never {
    throw new Error("$eval is not available in Step Functions");
  },
};

function numberOf(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new Error(`$${name}: expected a number, got ${JSON.stringify(value)}`);
}

const seeded = (seed: number) =>
  createHash("sha256").update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;
