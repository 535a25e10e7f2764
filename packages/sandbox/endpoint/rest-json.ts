// restJson1 (Lambda, Scheduler): members travel in path, query, headers, status code or as the whole body, as their
// traits say; the rest is one JSON document.
import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError } from "../platform.ts";
import { parseJson } from "./aws-json.ts";
import { readJson, toBuffer, writeJson } from "./json-shapes.ts";
import { findRoute } from "./rest-routes.ts";
import { parseTimestamp, timestampText } from "./timestamps.ts";
import { statusOf, type WireAnswer, type WireProtocol, type WireRequest } from "./wire.ts";

type HttpTraits = {
  httpLabel?: number;
  httpQuery?: string;
  httpQueryParams?: number;
  httpHeader?: string;
  httpPrefixHeaders?: string;
  httpPayload?: number;
  httpResponseCode?: number;
};

export const restJson: WireProtocol = {
  read(model, operation, request) {
    if (!operation.input.isStructSchema()) return {};
    const labels = findRoute(model, request.method, request.path, request.query)?.labels ?? {};
    const members = [...operation.input.structIterator()];
    const hasPayload = members.some(([, member]) => traitsOf(member).httpPayload);
    const document = hasPayload ? undefined : (parseJson(request.body) as Record<string, unknown>);
    const input: Record<string, unknown> = document
      ? { ...(readJson(operation.input, document, true) as object) }
      : {};
    for (const [name, member] of members) {
      const traits = traitsOf(member);
      if (!isBound(traits)) continue;
      const value = readBound(traits, name, member, labels, request);
      if (value === undefined) delete input[name];
      else input[name] = value;
    }
    return input;
  },

  answer(_model, operation, output, request) {
    const answer: WireAnswer = {
      status: operation.http?.status ?? 200,
      headers: { "x-amzn-requestid": request.requestId },
      body: "",
    };
    if (!operation.output.isStructSchema()) return answer;
    const document: Record<string, unknown> = {};
    let payload = false;
    for (const [name, member] of operation.output.structIterator()) {
      const traits = traitsOf(member);
      const value = output[name];
      if (traits.httpPayload) payload = true;
      if (value === undefined || value === null) continue;
      if (traits.httpPayload) writePayload(answer, member, value);
      else if (traits.httpResponseCode) answer.status = value as number;
      else if (traits.httpHeader) answer.headers[traits.httpHeader.toLowerCase()] = textOf(member, value);
      else if (traits.httpPrefixHeaders) writePrefixed(answer, traits.httpPrefixHeaders, value);
      else document[(traits as { jsonName?: string }).jsonName ?? name] = writeJson(member, value, true);
    }
    if (!payload && answer.status !== 204) {
      answer.headers["content-type"] = "application/json";
      answer.body = JSON.stringify(document);
    }
    return answer;
  },

  refuse(model, error, request) {
    const shape = model?.errors.get(error.code);
    const extra = shape ? (writeJson(shape.schema, error.extra, true) as object) : error.extra;
    return {
      status: statusOf(model, error.code),
      headers: {
        "content-type": "application/json",
        "x-amzn-requestid": request.requestId,
        "x-amzn-errortype": error.code,
      },
      body: JSON.stringify({ ...extra, message: error.message, Message: error.message }),
    };
  },
};

function readBound(
  traits: HttpTraits,
  name: string,
  member: NormalizedSchema,
  labels: Record<string, string>,
  request: WireRequest,
): unknown {
  if (traits.httpLabel) return fromText(member, labels[name]);
  if (traits.httpQuery) {
    const values = request.query.getAll(traits.httpQuery);
    if (!member.isListSchema()) return fromText(member, values[0]);
    return values.length > 0 ? values.map((value) => fromText(member.getValueSchema(), value)) : undefined;
  }
  if (traits.httpQueryParams) return Object.fromEntries(request.query);
  if (traits.httpHeader) return fromText(member, request.headers[traits.httpHeader.toLowerCase()]);
  if (traits.httpPrefixHeaders) return prefixed(request, traits.httpPrefixHeaders.toLowerCase());
  if (request.body.length === 0) return undefined;
  if (member.isBlobSchema()) return request.body;
  if (member.isStringSchema()) return request.body.toString("utf8");
  return readJson(member, parseJson(request.body), true);
}

function isBound(traits: HttpTraits): boolean {
  return Boolean(
    traits.httpLabel ||
      traits.httpQuery ||
      traits.httpQueryParams ||
      traits.httpHeader ||
      traits.httpPrefixHeaders !== undefined ||
      traits.httpPayload,
  );
}

function prefixed(request: WireRequest, prefix: string): Record<string, string> {
  const entries = Object.entries(request.headers).filter(([header]) => header.startsWith(prefix));
  return Object.fromEntries(entries.map(([header, value]) => [header.slice(prefix.length), value ?? ""]));
}

function writePrefixed(answer: WireAnswer, prefix: string, value: unknown): void {
  for (const [key, text] of Object.entries(value as Record<string, string>))
    answer.headers[prefix.toLowerCase() + key] = text;
}

function writePayload(answer: WireAnswer, member: NormalizedSchema, value: unknown): void {
  if (member.isStructSchema() && member.isStreaming())
    throw new AwsError("NotImplemented", "The sandbox does not answer event streams.");
  const binary = member.isBlobSchema();
  answer.headers["content-type"] ??= binary ? "application/octet-stream" : "application/json";
  if (binary || member.isStringSchema()) answer.body = toBuffer(value);
  else answer.body = JSON.stringify(writeJson(member, value, true));
}

function fromText(member: NormalizedSchema, text: string | undefined): unknown {
  if (text === undefined) return undefined;
  if (member.isNumericSchema()) return Number(text);
  if (member.isBooleanSchema()) return text === "true";
  if (member.isTimestampSchema()) return parseTimestamp(/GMT$/.test(text) ? Date.parse(text) / 1000 : text);
  return text;
}

function textOf(member: NormalizedSchema, value: unknown): string {
  if (member.isTimestampSchema()) return String(timestampText(member, value as Date, "http-date"));
  return Array.isArray(value) ? value.join(",") : String(value);
}

function traitsOf(member: NormalizedSchema): HttpTraits {
  return member.getMergedTraits() as HttpTraits;
}
