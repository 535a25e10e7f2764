// All that ECS knows and runs, in one place: records by ARN and the tasks that are alive. What is changed is saved; the
// saves that come together share a write.
import { join } from "node:path";
import type { TaskDisks } from "../ec2/task-disks.ts";
import type { Files } from "../efs/folders.ts";
import { type JsonFile, jsonFile } from "../json-file.ts";
import { AwsError, type Platform } from "../platform.ts";
import { clientError, invalid } from "./faults.ts";
import type { Cluster, Definition, EcsService, Instance, Task } from "./model.ts";
import { lastPart } from "./names.ts";
import type { LiveTask } from "./tasks/live-task.ts";

type Records = {
  clusters: Cluster[];
  definitions: Definition[];
  services: EcsService[];
  tasks: Task[];
  instances: Instance[];
};

export type State = {
  platform: Platform;
  directory: string;
  clusters: Map<string, Cluster>;
  definitions: Map<string, Definition>;
  services: Map<string, EcsService>;
  tasks: Map<string, Task>;
  instances: Map<string, Instance>;
  live: Map<string, LiveTask>;
  file: JsonFile<Records>;
  /** Has the service looked at again, at once. */
  wake(serviceArn: string | undefined): void;
  stopped: boolean;
  /** What there is to mount. */
  files: Files;
  disks: TaskDisks;
};

export function loadState(platform: Platform, files: Files, disks: TaskDisks): State {
  const directory = join(platform.directory, "ecs");
  const file = jsonFile<Records>(join(directory, "state.json"));
  const records = file.read();
  const byArn = <T extends { arn: string }>(items: T[] = []) =>
    new Map(items.map((item) => [item.arn, item]));
  return {
    platform,
    directory,
    file,
    clusters: byArn(records?.clusters),
    definitions: byArn(records?.definitions),
    services: byArn(records?.services),
    tasks: byArn(records?.tasks),
    instances: byArn(records?.instances),
    live: new Map(),
    wake: () => {},
    stopped: false,
    files,
    disks,
  };
}

/** Resolves when what is now is on disk. */
export function save(state: State): Promise<void> {
  return state.file.save(() => ({
    clusters: [...state.clusters.values()],
    definitions: [...state.definitions.values()],
    services: [...state.services.values()],
    tasks: [...state.tasks.values()],
    instances: [...state.instances.values()],
  }));
}

/** For what happens on its own: nobody waits for it. */
export function saveSoon(state: State): void {
  save(state).catch((error: Error) => state.platform.log(`ecs: ${error.message}`));
}

/** By name or ARN; `default` where none is named. */
export function findCluster(state: State, nameOrArn: string | undefined): Cluster {
  const name = lastPart(nameOrArn ?? "default");
  const found = [...state.clusters.values()].find(
    (cluster) => cluster.name === name && cluster.status === "ACTIVE",
  );
  if (!found) throw new AwsError("ClusterNotFoundException", "Cluster not found.");
  return found;
}

export function serviceOf(state: State, clusterArn: string, nameOrArn: string): EcsService | undefined {
  const name = lastPart(nameOrArn);
  return [...state.services.values()].find(
    (service) => service.clusterArn === clusterArn && service.name === name,
  );
}

export function findService(
  state: State,
  cluster: string | undefined,
  nameOrArn: string | undefined,
): EcsService {
  const found = serviceOf(state, findCluster(state, cluster).arn, nameOrArn ?? "");
  if (!found) throw new AwsError("ServiceNotFoundException", "Service not found.");
  return found;
}

/** By ARN, `family:revision`, or the latest active revision of a family. */
export function definitionOf(state: State, reference: string): Definition | undefined {
  const name = lastPart(reference);
  const all = [...state.definitions.values()];
  if (name.includes(":")) return all.find((one) => `${one.family}:${one.revision}` === name);
  return all
    .filter((one) => one.family === name && one.status === "ACTIVE")
    .sort((a, b) => b.revision - a.revision)[0];
}

export function findActiveDefinition(state: State, reference: string | undefined): Definition {
  if (!reference) throw invalid("TaskDefinition can not be blank.");
  const found = definitionOf(state, reference);
  if (!found) throw clientError("Unable to describe task definition.");
  if (found.status !== "ACTIVE") throw clientError("TaskDefinition is inactive");
  return found;
}

export function tasksOf(state: State, service: EcsService): Task[] {
  return [...state.tasks.values()].filter((task) => task.serviceArn === service.arn);
}

/** Those that are meant to run. */
export function isWanted(task: Task): boolean {
  return task.desiredStatus === "RUNNING";
}
