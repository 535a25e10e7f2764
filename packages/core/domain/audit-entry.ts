// Who did what, when, from where, with what result; one for every mutating call, the refused ones too.

export type AuditEntry = {
  id: string;
  at: string;
  /** Name of whoever called; `anonymous` where nobody proved who it is. */
  actor: string;
  /** Of the token, since names may repeat; also of one that was known but had ended. */
  actorId: string;
  sourceIp: string;
  method: string;
  path: string;
  status: number;
  /** Refused by the API, or failed inside it. */
  outcome: "done" | "refused" | "failed";
  /** The error's code where the call was refused. */
  code?: string;
  /** What came of it, in words, where nobody got an answer. */
  detail?: string;
  /** What it was about, where it named it. */
  app?: string;
  environment?: string;
};

export function outcomeOf(status: number): AuditEntry["outcome"] {
  if (status < 400) return "done";
  return status < 500 ? "refused" : "failed";
}
