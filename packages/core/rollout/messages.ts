// What the workflow, the API and the driver functions say to each other. The workflow passes ids and counts only.
import type { HealingRun } from "../domain/healing-run.ts";
import type { Kind } from "../domain/kind.ts";
import type { MendRequest } from "../heal/messages.ts";
import type { RolloutOverride } from "../manifest/rollout-schema.ts";

/** What the next state of the workflow is; each is a branch of its Choice `Next step`. */
export type Move =
  | { next: "apply" }
  /** The step has more replicas than one shard: play `shards` in a Map. */
  | { next: "shards"; shards: number[] }
  | { next: "check" }
  /** Calls a hook, once. */
  | { next: "hook" }
  | { next: "bake"; seconds: number }
  /** Waits for an operator's word (pause, approval); after `seconds` of silence the rollout goes back. */
  | { next: "hold"; seconds: number }
  | { next: "rollBack" }
  | { next: "finish" }
  /** Go on in a fresh execution, before the history limit. */
  | { next: "carryOn"; generation: number };

/** Input of an execution of the rollout workflow; its name is `<deploymentId>-<generation>`. */
export type RolloutInput = { deploymentId: string; kind: Kind; generation: number; traceId?: string };

/** What a state of the workflow sends to the driver function. */
export type EngineRequest = Traced & Tried & EngineVerb;

/** How often the state was tried before. Executions of an earlier version of Tutti do not say. */
type Tried = { retry?: number | undefined };

/** `null`: its execution was started before there were traces. */
type Traced = { traceId?: string | null | undefined };

type EngineVerb =
  | {
      verb: "plan" | "apply" | "check" | "finish";
      deploymentId: string;
      generation: number;
    }
  /** `enteredAt`: when the state was entered, the same however often it is tried. */
  | { verb: "rollBack"; deploymentId: string; generation: number; error?: unknown; enteredAt?: string }
  | { verb: "giveUp"; deploymentId: string; generation: number; error?: unknown }
  | { verb: "play"; deploymentId: string; generation: number; shard: number }
  | ({ verb: "bake" | "hold" } & WaitingCall);

/** `enteredAt` and `retry` say which of several attempts is the latest: each has a token of its own. Executions of an earlier version of Tutti send none. */
export type WaitingCall = {
  deploymentId: string;
  generation: number;
  taskToken: string;
  enteredAt?: string | undefined;
  retry?: number | undefined;
};

/** What the workflow sends to the function that calls hooks. */
export type HookRequest = Traced & { deploymentId: string; generation: number };

/** What the API and the sweep ask a driver function directly. */
export type DirectRequest =
  | { verb: "inspect"; app: string; environment: string }
  | { verb: "preview"; app: string; environment: string; version: string; rollout?: RolloutOverride }
  | { verb: "heal"; app: string; environment: string; trigger: HealingRun["trigger"]; survey?: boolean }
  | { verb: "retire"; app: string; environment: string; deleteVolumes?: boolean }
  | { verb: "diagnose"; environment: string };

/** What the workflow of healing sends to the driver function. */
export type HealVerb =
  | ({ verb: "mend" | "lookAfter" } & MendRequest)
  | ({ verb: "endMend"; error?: unknown } & MendRequest);

export type DriverRequest = EngineRequest | DirectRequest | HealVerb;
