// Form fields (`Tags.member.1.Key=a`) to values along a schema, for the query protocols of AWS and of EC2.
import type { NormalizedSchema } from "@smithy/core/schema";
import { parseTimestamp } from "./timestamps.ts";

export type FormNode = { text?: string; children: Map<string, FormNode> };

type QueryTraits = { xmlName?: string; xmlFlattened?: unknown; ec2QueryName?: string };

export function parseForm(body: string): FormNode {
  const root: FormNode = { children: new Map() };
  for (const [path, text] of new URLSearchParams(body)) {
    let node = root;
    for (const part of path.split(".")) {
      const child = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.text = text;
  }
  return root;
}

export function readForm(schema: NormalizedSchema, node: FormNode | undefined, ec2: boolean): unknown {
  if (!node) return undefined;
  if (schema.isStructSchema()) return readStruct(schema, node, ec2);
  if (schema.isListSchema()) return readList(schema, node, ec2);
  if (schema.isMapSchema()) return readMap(schema, node, ec2);
  return readSimple(schema, node.text);
}

function readStruct(schema: NormalizedSchema, node: FormNode, ec2: boolean) {
  const result: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const read = readForm(member, node.children.get(wireName(member, name, ec2)), ec2);
    if (read !== undefined) result[name] = read;
  }
  return result;
}

function wireName(member: NormalizedSchema, name: string, ec2: boolean): string {
  const traits = member.getMergedTraits() as QueryTraits;
  if (!ec2) return traits.xmlName ?? name;
  const wire = traits.ec2QueryName ?? traits.xmlName ?? name;
  return traits.ec2QueryName ? wire : wire[0]!.toUpperCase() + wire.slice(1);
}

function readList(schema: NormalizedSchema, node: FormNode, ec2: boolean): unknown[] | undefined {
  const member = schema.getValueSchema();
  const flat = ec2 || (schema.getMergedTraits() as QueryTraits).xmlFlattened;
  const memberName = (member.getMergedTraits() as QueryTraits).xmlName ?? "member";
  const base = flat ? node : node.children.get(memberName);
  // An empty list is sent as `Tags=`.
  if (!base) return node.text === "" ? [] : undefined;
  return numbered(base).map((entry) => readForm(member, entry, ec2));
}

function readMap(schema: NormalizedSchema, node: FormNode, ec2: boolean) {
  const flat = (schema.getMergedTraits() as QueryTraits).xmlFlattened;
  const base = flat ? node : node.children.get("entry");
  const keyName = (schema.getKeySchema().getMergedTraits() as QueryTraits).xmlName ?? "key";
  const valueSchema = schema.getValueSchema();
  const valueName = (valueSchema.getMergedTraits() as QueryTraits).xmlName ?? "value";
  const result: Record<string, unknown> = {};
  for (const entry of base ? numbered(base) : []) {
    const key = entry.children.get(keyName)?.text;
    if (key !== undefined) result[key] = readForm(valueSchema, entry.children.get(valueName), ec2);
  }
  return result;
}

function numbered(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}

function readSimple(schema: NormalizedSchema, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (schema.isBooleanSchema()) return text === "true";
  if (schema.isNumericSchema()) return Number(text);
  if (schema.isTimestampSchema()) return parseTimestamp(text);
  if (schema.isBlobSchema()) return Buffer.from(text, "base64");
  return text;
}
