// Why a call failed: what the API said (a problem document), or that nobody answered (status 0).

export type FieldError = { path: string; message: string };

export type ProblemDocument = {
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: FieldError[];
} & Record<string, unknown>;

export class ClientError extends Error {
  /** HTTP status; 0 where no answer came. */
  readonly status: number;
  /** The API's stable code; `unreachable` where no answer came, `unexpected_answer` where it was no problem document. */
  readonly code: string;
  readonly errors: FieldError[];
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument, cause?: unknown) {
    super(problem.detail ?? problem.title ?? "The call failed.", { cause });
    this.name = "ClientError";
    this.status = problem.status ?? 0;
    this.code = problem.code ?? "unexpected_answer";
    this.errors = problem.errors ?? [];
    this.problem = problem;
  }
}

export function unreachable(url: string, cause: unknown): ClientError {
  const why =
    cause instanceof Error ? (cause.cause instanceof Error ? cause.cause : cause).message : `${cause}`;
  const detail = `${url} does not answer: ${why || "no connection"}`;
  return new ClientError(
    { title: "The API is not reachable.", status: 0, code: "unreachable", detail },
    cause,
  );
}
