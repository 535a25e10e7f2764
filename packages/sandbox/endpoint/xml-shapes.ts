// Values to XML along a schema, for the answers of the query protocols.
import type { NormalizedSchema } from "@smithy/core/schema";
import { toBuffer } from "./json-shapes.ts";
import { timestampText } from "./timestamps.ts";

type XmlTraits = { xmlName?: string; xmlFlattened?: unknown };

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
  "\n": "&#xA;",
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r\n]/g, (character) => ENTITIES[character]!);
}

/** The members of a structure, without the element around them. */
export function writeXmlMembers(schema: NormalizedSchema, value: Record<string, unknown>): string {
  let xml = "";
  for (const [name, member] of schema.structIterator()) {
    const entry = value[name];
    if (entry !== undefined && entry !== null) xml += writeMember(member, nameOf(member, name), entry);
  }
  return xml;
}

function writeMember(schema: NormalizedSchema, name: string, value: unknown): string {
  if (schema.isListSchema()) return writeList(schema, name, value as unknown[]);
  if (schema.isMapSchema()) return writeMap(schema, name, value as Record<string, unknown>);
  if (schema.isStructSchema())
    return element(name, writeXmlMembers(schema, value as Record<string, unknown>));
  return element(name, escapeXml(simpleText(schema, value)));
}

function writeList(schema: NormalizedSchema, name: string, entries: unknown[]): string {
  const member = schema.getValueSchema();
  if (isFlat(schema)) return entries.map((entry) => writeMember(member, name, entry)).join("");
  const memberName = (member.getMergedTraits() as XmlTraits).xmlName ?? "member";
  return element(name, entries.map((entry) => writeMember(member, memberName, entry)).join(""));
}

function writeMap(schema: NormalizedSchema, name: string, map: Record<string, unknown>): string {
  const keyName = nameOf(schema.getKeySchema(), "key");
  const valueSchema = schema.getValueSchema();
  const valueName = nameOf(valueSchema, "value");
  const entries = Object.entries(map).map(
    ([key, value]) => element(keyName, escapeXml(key)) + writeMember(valueSchema, valueName, value),
  );
  if (isFlat(schema)) return entries.map((entry) => element(name, entry)).join("");
  return element(name, entries.map((entry) => element("entry", entry)).join(""));
}

function simpleText(schema: NormalizedSchema, value: unknown): string {
  if (schema.isTimestampSchema()) return String(timestampText(schema, value as Date, "date-time"));
  if (schema.isBlobSchema()) return toBuffer(value).toString("base64");
  return String(value);
}

function element(name: string, inner: string): string {
  return `<${name}>${inner}</${name}>`;
}

function nameOf(schema: NormalizedSchema, fallback: string): string {
  return (schema.getMergedTraits() as XmlTraits).xmlName ?? fallback;
}

function isFlat(schema: NormalizedSchema): boolean {
  return Boolean((schema.getMergedTraits() as XmlTraits).xmlFlattened);
}
