// Who did what, when, from where, with what result; one for every mutating call, the refused ones too.

export type AuditEntry = {
  id: string;
  at: string;
  actor: string;
  sourceIp: string;
  method: string;
  path: string;
  status: number;
  /** The error's code where the call was refused. */
  code?: string;
};
