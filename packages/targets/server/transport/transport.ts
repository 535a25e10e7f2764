// How a script gets onto a host and its outcome back. Two ways, SSM Run Command and SSH, behind these few words; who
// uses them does not know which it is.
import type { Outcome } from "#targets/host/run-command.ts";
import type { Host } from "../hosts.ts";

export type Job = {
  host: Host;
  /** POSIX sh, the same text for every host of a batch. */
  script: string;
  timeoutSeconds: number;
};

/** By host id. */
export type Outcomes = Map<string, Outcome>;

/** `sentAtMs` tells a command that is not listed yet from one that nobody knows any more. */
export type Pending = {
  host: Host;
  ref: string;
  sentAtMs?: number;
  seenOnlineAtMs?: number;
  timeoutSeconds?: number;
};

export type Transport = {
  /** Starts one script on each host, all at once. Never throws for a host's sake. */
  run(jobs: Job[]): Promise<Outcomes>;
  /** How far those are that were pending. */
  ask(pending: Pending[]): Promise<Outcomes>;
};
