// One function URL's listener: a real HTTP server that turns each request into a call of the function.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { openDoors } from "../ground/doors.ts";
import { AwsError } from "../platform.ts";
import { type Invoker, payloadLimitBytes } from "./invoke.ts";
import { isPublic } from "./permissions.ts";
import { type FunctionRecord, LATEST } from "./records.ts";
import { answerOf, eventOf, type UrlAnswer } from "./url-event.ts";
import type { UrlCall, UrlMetrics } from "./url-metrics.ts";

export type Listener = { host: string; port: number; close(): Promise<void> };

/** Opens the listener; the record is read anew for each request, so a moved alias needs nothing here. */
export async function listen(
  record: FunctionRecord,
  key: string,
  at: { host: string; port: number },
  { invoker, metrics }: { invoker: Invoker; metrics: UrlMetrics },
): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
    const call: UrlCall = { functionName: record.name, key };
    const startedAtMs = performance.now();
    response.once("close", () =>
      metrics.answered(call, response.statusCode, performance.now() - startedAtMs),
    );
    serve(record, call, invoker, request, response).catch((error: Error) => {
      if (!response.headersSent) problem(response, 500, `InternalServerError: ${error.message}`);
      else response.destroy();
    });
  });
  const doors = await openDoors(server, at);
  return {
    ...at,
    close: () => {
      doors.close();
      return close(server);
    },
  };
}

/** Lets the requests under way finish. */
function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), 1_000).unref();
  });
}

/** Writes into the call which version was run. */
async function serve(
  record: FunctionRecord,
  call: UrlCall,
  invoker: Invoker,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { key } = call;
  const authType = record.urls[key]?.authType;
  if (authType === "AWS_IAM" && request.headers.authorization) {
    return problem(response, 501, "Signed calls of a function URL are not implemented in this sandbox");
  }
  if (authType !== "NONE" || !isPublic(record, key))
    return problem(
      response,
      403,
      "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
    );
  const body = await read(request);
  if (!body)
    return problem(
      response,
      413,
      "Request must be smaller than 6291456 bytes for the InvokeFunction operation",
    );
  const requestId = randomUUID();
  const event = eventOf(request, body, requestId, Date.now());
  try {
    const { played, version } = await invoker.run(record, key === LATEST ? undefined : key, event);
    call.version = version.version;
    const answer = played.failure ? undefined : answerOf(played.payload);
    if (!answer) return problem(response, 502, "Internal Server Error");
    const { headers, statusCode } = answer;
    if (hasLength(request.method, answer))
      headers["content-length"] ??= String(Buffer.byteLength(answer.body));
    headers["x-amzn-requestid"] = requestId;
    response.writeHead(statusCode, headers).end(answer.body);
  } catch (error) {
    refuse(response, error);
  }
}

/** RFC 9110, 8.6: none with 204, and to HEAD or with 304 the one that GET would have, which an empty body does not say. */
function hasLength(method: string | undefined, { statusCode, body }: UrlAnswer): boolean {
  if (statusCode === 204) return false;
  return body.length > 0 || (method !== "HEAD" && statusCode !== 304);
}

function refuse(response: ServerResponse, error: unknown): void {
  if (!(error instanceof AwsError)) throw error;
  const status = error.code === "TooManyRequestsException" ? 429 : 502;
  problem(response, status, status === 429 ? "Too Many Requests" : "Internal Server Error");
}

/** Undefined where the body is over the limit. */
function read(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > payloadLimitBytes) {
    request.resume();
    return Promise.resolve(undefined);
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    request.on("data", (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= payloadLimitBytes) chunks.push(chunk);
    });
    request.on("end", () => resolve(sizeBytes > payloadLimitBytes ? undefined : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

function problem(response: ServerResponse, statusCode: number, message: string): void {
  const body = JSON.stringify({ Message: message });
  response
    .writeHead(statusCode, { "content-type": "application/json", "content-length": Buffer.byteLength(body) })
    .end(body);
}
