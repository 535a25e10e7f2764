// A Hono app behind a function URL, without Node's fetch between them: `hono/aws-lambda` makes a `Request` of each event, and reads a
// `Response` for each answer.
import type { Hono } from "hono";
import type { ApiEnv } from "../pipeline.ts";
import { plainRequest, type UrlEvent } from "./plain-request.ts";
import { PlainResponse } from "./plain-response.ts";

type UrlAnswer = {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
};

export function urlHandler(app: Pick<Hono<ApiEnv>, "fetch">): (event: UrlEvent) => Promise<UrlAnswer> {
  return async (event) => {
    const request = plainRequest(event);
    if (request === null) return answerOf(400, {}, "Invalid request");
    const response = await app.fetch(request, { event });
    const { status, headers } = response;
    return answerOf(status, Object.fromEntries(headers), await contentOf(response));
  };
}

/** Hono makes a `Response` of its own for HEAD, from ours. */
function contentOf(response: Response | PlainResponse): Promise<string> | PlainResponse["content"] {
  return response instanceof PlainResponse ? response.content : response.text();
}

function answerOf(
  statusCode: number,
  headers: Record<string, string>,
  content: PlainResponse["content"],
): UrlAnswer {
  const isBase64Encoded = content instanceof Uint8Array;
  const body = isBase64Encoded ? Buffer.from(content).toString("base64") : (content ?? "");
  return { statusCode, headers, body, isBase64Encoded };
}
