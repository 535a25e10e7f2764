// Errors on the wire: RFC 9457 problem documents with a stable `code`. An unexpected error says nothing of its inside
// to the caller; the log has it.
import { ERRORS, type ErrorCode, type FieldError, TuttiError } from "#core/errors.ts";

export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ErrorCode;
  errors?: FieldError[];
} & Record<string, unknown>;

export function problemOf(error: TuttiError): Problem {
  const { status, title } = ERRORS[error.code];
  return {
    ...error.extra,
    type: `urn:tutti:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
  };
}

export function problemResponse(error: TuttiError, headers: Record<string, string> = {}): Response {
  const problem = problemOf(error);
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      "content-type": "application/problem+json",
      ...(problem.status === 401 ? { "www-authenticate": 'Bearer realm="tutti"' } : {}),
      ...headers,
    },
  });
}

/** Whatever was thrown, as an error with a code. */
export function asTuttiError(thrown: unknown): TuttiError {
  if (thrown instanceof TuttiError) return thrown;
  return new TuttiError("internal", "Something unexpected went wrong; the log of the API has the details.", {
    cause: thrown,
  });
}
