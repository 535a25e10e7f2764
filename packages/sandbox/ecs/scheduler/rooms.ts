// What is left on the container instances of a cluster, and where a task would go.
import type { PlacementConstraint, PlacementStrategy } from "@aws-sdk/client-ecs";
import type { Definition, Instance, Task } from "../model.ts";
import type { State } from "../state.ts";
import { demandOf } from "../task-definition-checks.ts";
import { type Placed, placeTask, type Room } from "./placement.ts";

/** A task holds its room until it is stopped. */
export function tasksOn(state: State, instance: Instance): Task[] {
  return [...state.tasks.values()].filter(
    (task) => task.instanceArn === instance.arn && task.lastStatus !== "STOPPED",
  );
}

export function leftOn(state: State, instance: Instance): { cpu: number; memory: number } {
  const tasks = tasksOn(state, instance);
  return {
    cpu: instance.cpu - tasks.reduce((sum, { cpu }) => sum + cpu, 0),
    memory: instance.memory - tasks.reduce((sum, { memory }) => sum + memory, 0),
  };
}

export type Placement = {
  clusterArn: string;
  group: string;
  constraints: PlacementConstraint[];
  strategy: PlacementStrategy[];
};

export function findRoom(state: State, definition: Definition, wanted: Placement): Placed {
  const rooms = [...state.instances.values()]
    .filter(({ clusterArn, status }) => clusterArn === wanted.clusterArn && status === "ACTIVE")
    .map(
      (instance): Room => ({
        arn: instance.arn,
        zone: instance.zone,
        ...leftOn(state, instance),
        sameGroup: tasksOn(state, instance).filter(({ group }) => group === wanted.group).length,
      }),
    );
  return placeTask(rooms, { ...demandOf(definition.input), ...wanted });
}

const LACK = { cpu: "CPU units", memory: "memory" };

/** Developer guide, "Amazon ECS service event messages": the sentence's second half. */
export function whyNot(placed: Extract<Placed, { instanceArn: undefined }>): string {
  if (placed.why === "none") return "Reason: No Container Instances were found in your cluster.";
  const closest = `The closest matching (container-instance ${placed.closest?.split("/").at(-1)})`;
  return placed.why === "constraint"
    ? `${closest} encountered error "DistinctInstance placement constraint unsatisfied.".`
    : `${closest} has insufficient ${LACK[placed.why]} available.`;
}
