// How a script gets onto a host and its outcome back. Two ways, SSM Run Command and SSH, behind these few words; who
// uses them does not know which it is.
import type { Host } from "../hosts.ts";

export type Job = {
  host: Host;
  /** POSIX sh, the same text for every host of a batch. */
  script: string;
  timeoutSeconds: number;
};

export type Outcome =
  | { kind: "exited"; code: number; stdout: string; stderr: string }
  | { kind: "unreachable"; reason: string }
  /** Under way; ask again with `ref`. */
  | { kind: "pending"; ref: string };

/** By host id. */
export type Outcomes = Map<string, Outcome>;

export type Transport = {
  /** Starts one script on each host, all at once. Never throws for a host's sake. */
  run(jobs: Job[]): Promise<Outcomes>;
  /** How far those are that were pending. */
  ask(pending: { host: Host; ref: string }[]): Promise<Outcomes>;
};
