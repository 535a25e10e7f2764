// Long lists inside an item (a plan of thousands of steps) are kept compressed: an item may have 400 KB (DynamoDB
// service quotas, "Item size"), and every write is billed by the size of the whole item.
import { deflateRawSync, inflateRawSync } from "node:zlib";

const PACK_FROM_BYTES = 8192;

/** The item with each named field compressed where its JSON is long. */
export function pack<T extends Record<string, unknown>>(item: T, fields: (keyof T & string)[]): T {
  const packed: Record<string, unknown> = { ...item };
  for (const field of fields) {
    const json = JSON.stringify(item[field] ?? null);
    if (json.length >= PACK_FROM_BYTES) packed[field] = new Uint8Array(deflateRawSync(json));
  }
  return packed as T;
}

/** The reverse; fields that were short come as they are. */
export function unpack<T extends Record<string, unknown>>(item: T, fields: (keyof T & string)[]): T {
  const whole: Record<string, unknown> = { ...item };
  for (const field of fields) {
    const value = item[field] as unknown;
    if (value instanceof Uint8Array) whole[field] = JSON.parse(inflateRawSync(value).toString("utf8"));
  }
  return whole as T;
}
