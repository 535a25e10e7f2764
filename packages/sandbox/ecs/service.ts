// Elastic Container Service of the sandbox: the one entry of this folder. The control plane is handlers over a state;
// a scheduler brings services to what they want; tasks are real processes on addresses of their own.
import * as ecs from "@aws-sdk/client-ecs";
import type { TaskDisks } from "../ec2/task-disks.ts";
import type { Files } from "../efs/folders.ts";
import type { Platform, Service } from "../platform.ts";
import { iamAlso, iamContext, iamResources } from "./access.ts";
import { clusterHandlers } from "./cluster-handlers.ts";
import { buryTasks, endProcesses, sweepRegularly } from "./housekeeping.ts";
import { ensureInstance, type InstanceRequest, instanceHandlers, removeInstance } from "./instances.ts";
import { rolloutHandlers } from "./rollout-handlers.ts";
import { createScheduler } from "./scheduler/scheduler.ts";
import { serviceHandlers } from "./service-handlers.ts";
import { loadState, save } from "./state.ts";
import { tagHandlers } from "./tag-handlers.ts";
import { taskDefinitionHandlers } from "./task-definition-handlers.ts";
import { taskHandlers } from "./task-handlers.ts";
import { createAgentServer } from "./tasks/agent-server.ts";
import { watchMemory } from "./tasks/memory-watch.ts";

export type ContainerService = Service & {
  /** Puts up a container instance for the launch type EC2. Persisted; idempotent. */
  ensureInstance(request: InstanceRequest): Promise<{ arn: string }>;
  /** Ends it and its tasks, by its EC2 id. */
  removeInstance(id: string): Promise<void>;
};

export function createContainerService(platform: Platform, files: Files, disks: TaskDisks): ContainerService {
  const state = loadState(platform, files, disks);
  const scheduler = createScheduler(state);
  const agent = createAgentServer(state);
  let endings: (() => void)[] = [];
  return {
    name: "ecs",
    module: ecs,
    Client: ecs.ECSClient,
    handlers: {
      ...clusterHandlers(state),
      ...taskDefinitionHandlers(state),
      ...serviceHandlers(state),
      ...rolloutHandlers(state),
      ...taskHandlers(state),
      ...instanceHandlers(state),
      ...tagHandlers(state),
    },
    iamResources: iamResources(state),
    iamAlso: iamAlso(state),
    iamContext: iamContext(state),
    start: async () => {
      await agent.start();
      await buryTasks(state);
      endings = [watchMemory(state), sweepRegularly(state)];
      scheduler.start();
    },
    stop: async () => {
      state.stopped = true;
      for (const end of endings) end();
      await scheduler.stop();
      // Written before the processes end, so that nothing of that is taken for a failure.
      await save(state);
      await endProcesses(state);
      await agent.stop();
    },
    ensureInstance: (request) => ensureInstance(state, request),
    removeInstance: (id) => removeInstance(state, id),
  };
}
