// The Amazon States Language as far as it is played here: JSONata only. https://states-language.net

/** A value that may hold `{% expressions %}` anywhere. */
export type Template = unknown;

export type Retrier = {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: "FULL" | "NONE";
};

export type Catcher = { ErrorEquals: string[]; Next: string; Assign?: Template; Output?: Template };
export type ChoiceRule = { Condition: Template; Next: string; Assign?: Template; Output?: Template };

export type StateType = "Pass" | "Task" | "Choice" | "Wait" | "Succeed" | "Fail" | "Parallel" | "Map";

export type State = {
  Type: StateType;
  Next?: string;
  End?: boolean;
  Assign?: Template;
  Output?: Template;
  Arguments?: Template;
  Resource?: string;
  TimeoutSeconds?: Template;
  HeartbeatSeconds?: Template;
  Retry?: Retrier[];
  Catch?: Catcher[];
  Choices?: ChoiceRule[];
  Default?: string;
  Seconds?: Template;
  Timestamp?: Template;
  Error?: Template;
  Cause?: Template;
  Branches?: Scope[];
  Items?: Template;
  ItemSelector?: Template;
  ItemProcessor?: Scope;
  MaxConcurrency?: Template;
  ToleratedFailureCount?: Template;
  ToleratedFailurePercentage?: Template;
};

export type Scope = { StartAt: string; States: Record<string, State>; ProcessorConfig?: { Mode?: string } };
export type Definition = Scope & { TimeoutSeconds?: number };

export type Variables = Record<string, unknown>;

export const isExpression = (value: unknown): value is string =>
  typeof value === "string" && value.startsWith("{%") && value.endsWith("%}");
