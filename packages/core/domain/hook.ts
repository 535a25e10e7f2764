// A hook is a call to something outside at a moment of a deployment: a Lambda function of the account, or an address over
// HTTP. It may be called twice for one moment, always with the same key.

/** before: nothing has been changed yet. afterStep: behind each batch and shift. after: when all steps are done. */
export const HOOK_PHASES = ["before", "afterStep", "after"] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

export type Hook = {
  name?: string;
  /** One of `url` and `function`. */
  url?: string;
  /** Behind the installation's prefix for hooks; perhaps with an alias, `smoke:live`. */
  function?: string;
  /** Of each attempt. */
  timeoutSeconds: number;
  attempts: number;
  /** Otherwise a failure of it is told and nothing more. */
  required: boolean;
};

export type Hooks = Record<HookPhase, Hook[]>;

export const NO_HOOKS: Hooks = { before: [], afterStep: [], after: [] };

/** Which hook of the spec a step calls, and under what key: the same for every attempt, another for every moment. */
export type HookCall = { phase: HookPhase; position: number; key: string };

/** What a hook is told, as JSON. */
export type HookMessage = {
  phase: HookPhase;
  /** The hook's own. */
  name: string;
  deployment: string;
  app: string;
  environment: string;
  kind: string;
  version: string;
  previousVersion: string | null;
  trigger: string;
  createdBy: string;
  /** afterStep: the step that is done. */
  step: { index: number; type: string; label: string } | null;
  /** From 1. */
  attempt: number;
  idempotencyKey: string;
};

/** For people. Of an address only its host: paths and queries may hold what is nobody's business. */
export function hookName({ name, url, function: called }: Pick<Hook, "name" | "url" | "function">): string {
  return name ?? called ?? (url !== undefined && URL.canParse(url) ? new URL(url).host : "hook");
}
