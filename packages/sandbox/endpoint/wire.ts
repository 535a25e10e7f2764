// What every protocol of the endpoint is: how to read a request into an input, and how to put an output or an error
// on the wire. Which operation is meant and who asks is decided before (server.ts).
import type { AwsError } from "../platform.ts";
import type { Model, Operation } from "./model.ts";

export type WireRequest = {
  method: string;
  /** Raw, still percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: Buffer;
  requestId: string;
};

export type WireAnswer = { status: number; headers: Record<string, string>; body: string | Buffer };

export type WireProtocol = {
  read(model: Model, operation: Operation, request: WireRequest): unknown;
  answer(
    model: Model,
    operation: Operation,
    output: Record<string, unknown>,
    request: WireRequest,
  ): WireAnswer;
  refuse(model: Model | undefined, error: AwsError, request: WireRequest): WireAnswer;
};

/** Codes that no operation's schema declares, with the status AWS sends them with. */
const COMMON_STATUS: Record<string, number> = {
  AccessDenied: 403,
  AccessDeniedException: 403,
  InvalidClientTokenId: 403,
  UnrecognizedClientException: 403,
  MissingAuthenticationToken: 403,
  MissingAuthenticationTokenException: 403,
  NotImplemented: 501,
  InternalFailure: 500,
  ServiceUnavailable: 503,
  ThrottlingException: 429,
};

export function statusOf(model: Model | undefined, code: string): number {
  return model?.errors.get(code)?.status ?? COMMON_STATUS[code] ?? 400;
}
