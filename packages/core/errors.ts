// The error table: every expected failure has a code, an HTTP status, whether trying again helps, and a sentence for
// people. Workflows match on `Tutti.<Code>` names derived from the codes; a test proves that each exists.

export const ERRORS = {
  invalid_input: { status: 422, retryable: false, title: "The input does not fit the schema." },
  malformed_body: { status: 400, retryable: false, title: "The body is not valid JSON." },
  body_too_large: { status: 413, retryable: false, title: "The body is larger than 1 MB." },
  unauthenticated: { status: 401, retryable: false, title: "Who asks must prove who they are." },
  forbidden: { status: 403, retryable: false, title: "The token may not do this." },
  not_found: { status: 404, retryable: false, title: "There is no such thing." },
  method_not_allowed: { status: 405, retryable: false, title: "This path does not take that method." },
  replayed: { status: 409, retryable: false, title: "This signed call was delivered before." },
  outdated: { status: 409, retryable: false, title: "Something newer was deployed there already." },
  conflict: { status: 409, retryable: false, title: "The state does not allow it." },
  action_not_allowed: {
    status: 409,
    retryable: false,
    title: "The deployment's status does not allow this action.",
  },
  own_approval: {
    status: 403,
    retryable: false,
    title: "Whoever asked for a deployment does not approve it.",
  },
  frozen: { status: 409, retryable: false, title: "The environment takes no releases now." },
  target_busy: { status: 409, retryable: true, title: "Another deployment of this target is under way." },
  version_exists: { status: 409, retryable: false, title: "This version was registered with other content." },
  idempotency_mismatch: {
    status: 422,
    retryable: false,
    title: "This idempotency key was used with another body.",
  },
  not_supported_yet: {
    status: 422,
    retryable: false,
    title: "This is part of the contract and not built yet.",
  },
  not_supported_by_kind: { status: 422, retryable: false, title: "This kind of target cannot do it." },
  capacity_exceeded: { status: 422, retryable: false, title: "The pool has no room for so many replicas." },
  outside_scaling_bounds: {
    status: 422,
    retryable: false,
    title: "Scaling keeps the count between its bounds.",
  },
  no_previous_release: { status: 409, retryable: false, title: "There is no earlier release to go back to." },
  secret_unavailable: {
    status: 422,
    retryable: false,
    title: "A secret that the manifest names cannot be read.",
  },
  rate_limited: { status: 429, retryable: true, title: "Too many requests." },
  stale_write: { status: 409, retryable: true, title: "Somebody else changed it in between." },
  fenced: { status: 409, retryable: false, title: "A newer execution of this deployment has taken over." },
  still_running: { status: 503, retryable: true, title: "The step is not finished; ask again." },
  driver_failed: { status: 502, retryable: true, title: "The platform refused or failed a call." },
  image_failed: { status: 422, retryable: false, title: "The release's image could not be made." },
  platform_denied: { status: 502, retryable: false, title: "The platform denied a permission." },
  unreachable: { status: 503, retryable: true, title: "The other side did not answer in time." },
  internal: { status: 500, retryable: true, title: "Something unexpected went wrong." },
} as const;

export type ErrorCode = keyof typeof ERRORS;
export type FieldError = { path: string; message: string };

/** An expected failure on its way to a person or to the workflow. `detail` is the sentence; `extra` goes into problem+json. */
export class TuttiError extends Error {
  readonly code: ErrorCode;
  readonly errors: FieldError[];
  readonly extra: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    detail: string,
    more: { errors?: FieldError[]; extra?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.code = code;
    this.errors = more.errors ?? [];
    this.extra = more.extra ?? {};
    this.name = errorName(code);
  }
}

/** One fault in what was asked for: where it stands, and what is allowed there. */
export function wrongAt(path: string, message: string, code: ErrorCode = "invalid_input"): TuttiError {
  return new TuttiError(code, `${path}: ${message}`, { errors: [{ path, message }] });
}

/** `stale_write` → `Tutti.StaleWrite`, the name a workflow's Retry and Catch see. */
export function errorName(code: ErrorCode): string {
  return `Tutti.${code
    .split("_")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join("")}`;
}
