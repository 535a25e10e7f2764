// awsJson1.0 and awsJson1.1: the operation is in `x-amz-target`, input and output are one JSON document.
import { AwsError } from "../platform.ts";
import { readJson, writeJson } from "./json-shapes.ts";
import type { Model } from "./model.ts";
import { statusOf, type WireAnswer, type WireProtocol, type WireRequest } from "./wire.ts";

export const awsJson: WireProtocol = {
  read(_model, operation, request) {
    const value = parseJson(request.body);
    return operation.input.isStructSchema() ? readJson(operation.input, value, false) : {};
  },
  answer(model, operation, output, request) {
    const value = operation.output.isStructSchema() ? writeJson(operation.output, output, false) : {};
    return json(model, 200, value, request);
  },
  refuse(model, error, request) {
    const shape = model?.errors.get(error.code);
    // A code outside the schemas still carries 400 on these protocols, but for what is the server's own fault.
    const common = statusOf(undefined, error.code);
    const status = shape?.status ?? (common >= 500 ? common : 400);
    const extra = shape ? (writeJson(shape.schema, error.extra, false) as object) : error.extra;
    const answer = json(model, status, { ...extra, __type: error.code, message: error.message }, request);
    if (model?.queryCompatible)
      answer.headers["x-amzn-query-error"] =
        `${shape?.code ?? error.code};${status < 500 ? "Sender" : "Receiver"}`;
    return answer;
  },
};

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
}

function json(model: Model | undefined, status: number, value: unknown, request: WireRequest): WireAnswer {
  const version = model?.protocol === "awsJson1_1" ? "1.1" : "1.0";
  return {
    status,
    headers: {
      "content-type": `application/x-amz-json-${version}`,
      "x-amzn-requestid": request.requestId,
    },
    body: JSON.stringify(value),
  };
}
