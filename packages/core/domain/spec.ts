// A spec is a manifest made whole for one environment: defaults, then the app's words, then the environment's, then
// the deployment's own `rollout`. Everything after the manifest's edge reads a spec, never a manifest.
import type { Hooks } from "./hook.ts";
import type { Kind } from "./kind.ts";
import type { Scaling } from "./scaling.ts";
import type { Schedule } from "./schedule.ts";
import type { Volume } from "./volume.ts";

/** A count of replicas: a number, or a percentage such as `"25%"` of the desired count. */
export type Amount = number | `${number}%`;

export type Strategy = "rolling" | "canary" | "blueGreen" | "allAtOnce";

export type HealthPolicy = {
  path: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** For so long after its start a replica may be unhealthy without being called broken. */
  graceSeconds: number;
};

export type RolloutPolicy = {
  strategy: Strategy;
  /** One entry, or a list whose last entry repeats. */
  batch: Amount | Amount[];
  maxSurge: Amount;
  maxUnavailable: Amount;
  /** Of the whole deployment, unreachable replicas counted; more than this many failures act. */
  maxFailures: Amount;
  /** Rising percentages of traffic, the last one 100. */
  weights: number[];
  bakeSeconds: number;
  /** The deregistration delay. */
  drainSeconds: number;
  /** No progress for so long sends the deployment back (or holds it). */
  deadlineSeconds: number;
  approval: "none" | "before" | "eachStep";
  /** So many different callers approve, and none of them is the one who asked. Absent: one, whoever it is. */
  minApprovers?: number;
  /** An approval that is not given for so long ends the deployment. */
  approvalSeconds: number;
  onFailure: "rollback" | "pause";
  onConflict: "queue" | "reject" | "supersede";
  /** CloudWatch alarms by name. One that begins to fire acts as onFailure says. */
  alarms: string[];
};

/** What healing may do by itself. */
export type HealingPolicy = {
  /** More than so many percent broken at once is held: nothing is replaced. */
  maxUnhealthyPercent: number;
  /** So many repairs of one copy in a row; then the target is degraded. 0: none. */
  maxRepairs: number;
  /** Between the first repair and the second; each pause is twice the one before. */
  pauseSeconds: number;
  /** A release that turns unhealthy so soon after its success goes back to the one before; 0: never by itself. */
  watchSeconds: number;
  /** function: with more than so many percent of bad answers its environments are replaced; 0: nobody counts them. Absent: 5. */
  maxErrorPercent?: number;
  /** What somebody changed by hand is put right, or only shown. */
  drift: "correct" | "show";
};

export type Spec = {
  app: string;
  kind: Kind;
  /** server and vm: the command line of the app, run in the unpacked release. */
  start?: string;
  port: number;
  replicas: number;
  health: HealthPolicy;
  rollout: RolloutPolicy;
  /** Not there in what was begun before there were hooks. */
  hooks?: Hooks;
  /** Not there in what was begun before there was a policy. */
  healing?: HealingPolicy;
  config: Record<string, string>;
  /** References by the name of the variable. Not there in what was begun before there were any. */
  secrets?: Record<string, string>;
  /** What follows when one of them has another value. Not there in what was begun before it was. */
  onSecretRotation?: "none" | "redeploy";
  /** Apps whose endpoint in the same environment it is told. Not there in what was begun before it could. */
  connect?: string[];
  /** Apps of the same environment that may call it, `*` for any that connects. Absent: everyone, who says nothing of who they are. */
  allow?: string[];
  server: {
    pool: string;
    supervisor: "systemd" | "pm2";
    setup: boolean;
    /** Absent: one copy a host, whatever it needs. There as soon as the manifest says `resources` or a rule of placement. */
    placement?: "spread" | "binpack";
    /** Labels that a host must have. */
    labels?: Record<string, string>;
    /** Apps of the environment that it shares no host with; its own name: one copy a host. */
    apartFrom?: string[];
  };
  vm: {
    /** Default: chosen where there is `least`, else the environment's. */
    instanceType?: string;
    /** What an instance must have: its type is the smallest that does. There as soon as the manifest says cpu or memoryMiB of `resources`. */
    least?: { cpu: number; memoryMiB: number };
    /** Default: the environment's. */
    baseImage?: string;
    /** blueGreen: for so long the old group is kept after the last shift, for an instant way back. */
    keepSeconds: number;
  };
  container: {
    launchType: "FARGATE" | "EC2";
    /** In place of the launch type, e.g. FARGATE_SPOT beside FARGATE. */
    capacityProviders: { name: string; weight: number; base: number }[];
    /** EC2: over zones and hosts, or onto as few hosts as will do. */
    placement: "spread" | "binpack";
    /** Fargate: what the image is built for. Not there in what was begun before it could be named: x86_64. */
    architecture?: "x86_64" | "arm64";
  };
  function: {
    handler: string;
    runtime: string;
    memoryMiB: number;
    timeoutSeconds: number;
    /** Requests at once, and so much of the account's concurrency kept for it. */
    reservedConcurrency?: number;
    /** Size of /tmp. Absent: 512, Lambda's own default. */
    ephemeralMiB?: number;
    /** It is in the environment's network, as one with a volume always is. */
    network?: boolean;
  };
  /** vm: the script of the release that is run on the base image while baking. */
  build?: { run: string };
  /** container, and server where copies are placed: of each copy; vm: `least`, and the disk. `cpu` in vCPU. */
  resources: { cpu: number; memoryMiB: number; diskGiB?: number };
  /** Not there in what was begun before there were schedules. */
  schedules?: Schedule[];
  /** Disks that outlive a release. Not there in what was begun before there were any. */
  volumes?: Volume[];
  /** Deploy by itself when an artifact lands in the bucket (contract: S3 trigger). */
  autoDeploy: boolean;
  /** The platform chooses the count, beginning at `replicas`. */
  scaling?: Scaling;
};
