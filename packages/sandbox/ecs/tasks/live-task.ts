// A task at work: its record, its definition and its processes.
import type { ProcessGroup } from "../../machines/process-group.ts";
import type { Proxy as ConnectProxy } from "../connect/proxy.ts";
import type { ContainerRecord, Definition, Task } from "../model.ts";
import type { State } from "../state.ts";
import { describeTask } from "../task-view.ts";

export type LiveContainer = {
  record: ContainerRecord;
  group: ProcessGroup;
  essential: boolean;
  stopSeconds: number;
  stopSignal: NodeJS.Signals;
  memoryLimitMib: number | undefined;
  outOfMemory: boolean;
  stopHealthChecks: () => void;
};

export type LiveTask = {
  task: Task;
  definition: Definition;
  containers: LiveContainer[];
  /** Resolves when it has come up or has given up. */
  up: Promise<void>;
  ending: boolean;
  /** Of Service Connect: they stay until its containers have ended. */
  proxies: ConnectProxy[];
  hostsFile?: string;
  /** Resolves when it is stopped; there from the moment when it ends. */
  gone?: Promise<void>;
};

/** A task that cannot run: AWS's kind of error, and why. */
export class TaskFailure extends Error {
  readonly kind: string;
  constructor(kind: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.name = kind;
  }
}

export function setStatus(state: State, task: Task, status: Task["lastStatus"]): void {
  task.lastStatus = status;
  task.version++;
  state.platform.emit("aws.ecs", "ECS Task State Change", describeTask(state, task), [task.arn]);
  state.wake(task.serviceArn);
}
