// awsJson1.0 without a schema: for a service whose engine takes and answers the wire's own JSON (DynamoDB), which saves
// the walk through every attribute value.
import { parseJson } from "./aws-json.ts";
import type { Callable } from "./dispatcher.ts";
import { statusOf, type WireAnswer, type WireProtocol, type WireRequest } from "./wire.ts";

export type PassthroughService = Callable & { target: string };

export const passthroughJson: WireProtocol = {
  read: (_model, _operation, request) => parseJson(request.body),
  answer: (_model, _operation, output, request) => json(200, output, request),
  refuse(_model, error, request) {
    const common = statusOf(undefined, error.code);
    const body = { ...error.extra, __type: error.code, message: error.message };
    return json(common >= 500 ? common : 400, body, request);
  },
};

function json(status: number, value: unknown, request: WireRequest): WireAnswer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", "x-amzn-requestid": request.requestId },
    body: JSON.stringify(value),
  };
}
