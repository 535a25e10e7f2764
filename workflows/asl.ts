// Amazon States Language, as far as the workflows use it: JSONata only. `{% … %}` in a string is an expression.

export type Template = string | number | boolean | null | Template[] | { [key: string]: Template };

export type Retrier = {
  ErrorEquals: string[];
  IntervalSeconds: number;
  MaxAttempts: number;
  BackoffRate: number;
  MaxDelaySeconds?: number;
  JitterStrategy: "FULL" | "NONE";
};

export type Catcher = { ErrorEquals: string[]; Next: string; Output?: Template };

export type TaskState = {
  Type: "Task";
  Comment?: string;
  Resource: string;
  Arguments: Template;
  TimeoutSeconds: number | string;
  Retry: Retrier[];
  Catch?: Catcher[];
  Output?: Template;
  Next?: string;
  End?: true;
};

export type ChoiceState = {
  Type: "Choice";
  Comment?: string;
  Choices: { Condition: string; Next: string }[];
  Default: string;
};

export type MapState = {
  Type: "Map";
  Comment?: string;
  Items: string;
  MaxConcurrency: number;
  ItemSelector: Template;
  ItemProcessor: Scope & { ProcessorConfig: { Mode: "INLINE" } };
  Catch: Catcher[];
  Output?: Template;
  Next: string;
};

export type SucceedState = { Type: "Succeed"; Comment?: string };
export type FailState = { Type: "Fail"; Comment?: string; Error: string; Cause: string };

export type State = TaskState | ChoiceState | MapState | SucceedState | FailState;

export type Scope = { StartAt: string; States: Record<string, State> };

export type Definition = Scope & { Comment: string; QueryLanguage: "JSONata"; TimeoutSeconds: number };

/** `{% expression %}` */
export function jsonata(expression: string): string {
  return `{% ${expression} %}`;
}

/** A field of the execution's input, whichever state asks. */
export function ofExecution(field: string): string {
  return jsonata(`$states.context.Execution.Input.${field}`);
}

/** Of the trace that the execution belongs to; those that an earlier version of Tutti started have none. */
export const TRACE_ID = jsonata(
  "$exists($states.context.Execution.Input.traceId) ? $states.context.Execution.Input.traceId : null",
);
