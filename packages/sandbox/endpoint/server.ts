// The AWS endpoint: one loopback HTTP server for every service. It finds the service by `x-amz-target` or by the
// signing name, the caller by the access key, and leaves reading and writing to the service's protocol.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { AwsError } from "../platform.ts";
import { awsJson } from "./aws-json.ts";
import { actionOf, awsQuery } from "./aws-query.ts";
import { type CredentialScope, credentialScope } from "./credential-scope.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { Model, Models, Operation, ProtocolName } from "./model.ts";
import { type PassthroughService, passthroughJson } from "./passthrough-json.ts";
import { readBody } from "./read-body.ts";
import { restJson } from "./rest-json.ts";
import { findRoute } from "./rest-routes.ts";
import type { WireAnswer, WireProtocol, WireRequest } from "./wire.ts";

export type EndpointParts = {
  models: Models;
  passthrough: PassthroughService[];
  dispatcher: Dispatcher;
  /** The role (or `root`) whose key it is, and where it calls. */
  callerOf(scope: CredentialScope): string | undefined;
  /** Throws where a temporary key is over, or comes without its token. */
  checkSession(accessKeyId: string, token: string | undefined): void;
  /** Everything that is signed for S3, or not signed at all. */
  s3(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void>;
  log(line: string): void;
};

const PROTOCOLS: Record<ProtocolName, WireProtocol> = {
  awsJson1_0: awsJson,
  awsJson1_1: awsJson,
  awsQuery,
  ec2Query: awsQuery,
  restJson1: restJson,
};

type Destination = { service: string; operation: string; model?: Model; protocol: WireProtocol };

export function createEndpoint(parts: EndpointParts): RequestListener {
  return (request, response) => {
    const requestId = randomUUID();
    const url = request.url ?? "/";
    const cut = url.indexOf("?");
    const query = new URLSearchParams(cut < 0 ? "" : url.slice(cut + 1));
    const scope = credentialScope(request.headers.authorization, query);
    const target = request.headers["x-amz-target"] as string | undefined;
    const isS3 = !target && (!scope || scope.service === "s3");
    const done = isS3
      ? parts.s3(request, response, requestId)
      : readBody(request).then((body) =>
          serve(parts, response, scope, {
            method: request.method ?? "GET",
            path: cut < 0 ? url : url.slice(0, cut),
            query,
            headers: request.headers as Record<string, string | undefined>,
            body,
            requestId,
          }),
        );
    done.catch((error) => {
      parts.log(`endpoint: ${request.method} ${url.slice(0, cut < 0 ? undefined : cut)}: ${error}`);
      response.destroy();
    });
  };
}

async function serve(
  parts: EndpointParts,
  response: ServerResponse,
  scope: ReturnType<typeof credentialScope>,
  request: WireRequest,
): Promise<void> {
  let destination: Partial<Destination> & { protocol: WireProtocol } = { protocol: awsJson };
  let answer: WireAnswer;
  try {
    destination = await findModel(parts, scope?.service, request);
    const { service, operation, model, protocol } = findOperation(destination, request);
    const principal = callerOf(parts, scope, request.headers["x-amz-security-token"]);
    const found = model?.operations.get(operation) as Operation;
    const input = protocol.read(model as Model, found, request);
    const output = (await parts.dispatcher.call(service, operation, input, principal)) ?? {};
    answer = protocol.answer(model as Model, found, output as Record<string, unknown>, request);
  } catch (error) {
    const known = error instanceof AwsError ? error : unexpected(parts, destination, request, error);
    answer = destination.protocol.refuse(destination.model, known, request);
  }
  answer.headers["content-length"] = String(Buffer.byteLength(answer.body));
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

function unexpected(
  parts: EndpointParts,
  destination: Partial<Destination>,
  request: WireRequest,
  error: unknown,
): AwsError {
  const what = request.headers["x-amz-target"] ?? `${request.method} ${request.path}`;
  parts.log(`${destination.service ?? "endpoint"}: ${what}: ${(error as Error)?.stack ?? error}`);
  return new AwsError("InternalFailure", `The sandbox failed: ${(error as Error)?.message ?? error}`);
}

type Found = Partial<Destination> & { protocol: WireProtocol };

async function findModel(
  parts: EndpointParts,
  signedFor: string | undefined,
  request: WireRequest,
): Promise<Found> {
  const target = request.headers["x-amz-target"];
  if (target) {
    const prefix = target.slice(0, target.lastIndexOf("."));
    const raw = parts.passthrough.find((service) => service.target === prefix);
    if (raw) return { service: raw.name, protocol: passthroughJson };
    const model = parts.models.ready.find(
      (candidate) => candidate.target === prefix && candidate.protocol.startsWith("awsJson"),
    );
    if (model) return { service: model.service.name, model, protocol: awsJson };
    throw new AwsError("UnknownOperationException", `The sandbox has no service for ${target}.`);
  }
  const model = await parts.models.byName(signedFor ?? "");
  if (model) return { service: model.service.name, model, protocol: PROTOCOLS[model.protocol] };
  throw new AwsError("UnknownOperationException", `The sandbox has no service ${signedFor}.`);
}

function findOperation(found: Found, request: WireRequest): Destination {
  const target = request.headers["x-amz-target"];
  const { model, service } = found;
  let operation: string | undefined;
  if (target) operation = target.slice(target.lastIndexOf(".") + 1);
  else if (model?.protocol === "restJson1")
    operation = findRoute(model, request.method, request.path, request.query)?.operation.name;
  else operation = actionOf(request.body);
  if (operation && (!model || model.operations.has(operation)))
    return { ...found, service: service as string, operation };
  const what = operation ?? `${request.method} ${request.path}`;
  throw new AwsError("UnknownOperationException", `${service} has no operation ${what}.`);
}

function callerOf(
  parts: EndpointParts,
  scope: CredentialScope | undefined,
  token: string | undefined,
): string {
  if (!scope) throw new AwsError("MissingAuthenticationTokenException", "The request is not signed.");
  const caller = parts.callerOf(scope);
  parts.checkSession(scope.accessKeyId, token);
  if (caller) return caller;
  throw new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.");
}
