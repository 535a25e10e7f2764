// The few documents that S3 sends and takes as XML.
import { escapeXml } from "../endpoint/xml-shapes.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

type XmlValue = string | number | boolean | Date | undefined | XmlFields | XmlFields[];
export type XmlFields = { [name: string]: XmlValue };

export function document(root: string, fields: XmlFields): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${members(fields)}</${root}>`;
}

export function errorDocument(code: string, message: string, requestId: string, extra: object): string {
  const fields = { Code: code, Message: message, ...(extra as XmlFields), RequestId: requestId };
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${members(fields)}</Error>`;
}

function members(fields: XmlFields): string {
  return Object.entries(fields)
    .map(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((one) => element(name, one)).join(""),
    )
    .join("");
}

function element(name: string, value: Exclude<XmlValue, XmlFields[]>): string {
  if (value === undefined) return "";
  if (value instanceof Date) return `<${name}>${value.toISOString()}</${name}>`;
  if (typeof value === "object") return `<${name}>${members(value)}</${name}>`;
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

/** Keys of a DeleteObjects request. */
export function readDelete(xml: string): { Objects: { Key: string }[]; Quiet: boolean } {
  const keys = [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => ({ Key: unescapeXml(match[1]!) }));
  return { Objects: keys, Quiet: /<Quiet>\s*true\s*<\/Quiet>/.test(xml) };
}

export function readNotification(xml: string): Record<string, unknown> {
  const configuration: Record<string, unknown> = {};
  if (/<EventBridgeConfiguration[\s/>]/.test(xml)) configuration.EventBridgeConfiguration = {};
  for (const name of ["TopicConfiguration", "QueueConfiguration", "CloudFunctionConfiguration"])
    if (new RegExp(`<${name}[\\s>]`).test(xml)) configuration[`${name}s`] = [{}];
  return configuration;
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (ENTITIES[name] ?? whole);
  });
}
