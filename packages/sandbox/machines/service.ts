// Systems Manager of the sandbox, and the machines that it manages: the one entry of this folder.
import * as ssm from "@aws-sdk/client-ssm";
import type { Platform, Service } from "../platform.ts";
import { commandHandlers } from "./command-handlers.ts";
import { openHistory } from "./command-history.ts";
import { createFleet, type Fleet, type MachineRecord, type MachineRequest } from "./fleet.ts";
import { inventoryHandlers, isOnline } from "./inventory-handlers.ts";
import { parameterArn, parameterHandlers } from "./parameter-handlers.ts";
import { createRunCommand } from "./run-command.ts";
import { writeSharedCredentials } from "./shared-credentials.ts";

export type MachineInfo = {
  id: string;
  name: string;
  tags: Record<string, string>;
  address: string;
  directory: string;
  online: boolean;
};

/** `roleArn`: of its activation. */
export type ManagedRequest = MachineRequest & { roleArn?: string };

export type Machines = {
  service: Service;
  /** For what runs on machines without Systems Manager: instances and tasks. */
  fleet: Fleet;
  /** A managed instance that is online, with its role's credentials where it has one. Persisted; idempotent. */
  ensure(request: ManagedRequest): Promise<{ address: string }>;
  list(): MachineInfo[];
  /** `false` unplugs it: commands are not answered, ConnectionLost. What runs on it runs on. */
  setOnline(id: string, online: boolean): Promise<void>;
  /** Powers it off: everything on it ends. `ensure` powers it on again. */
  stop(id: string): Promise<void>;
  /** Ends it and forgets it. */
  remove(id: string): Promise<void>;
};

export function createMachines(platform: Platform): Machines {
  const fleet = createFleet(platform);
  const history = openHistory(platform);
  const run = createRunCommand(platform, fleet, history);
  const service: Service = {
    name: "ssm",
    module: ssm,
    Client: ssm.SSMClient,
    handlers: {
      ...commandHandlers(platform, fleet, history, run),
      ...inventoryHandlers(platform, fleet),
      ...parameterHandlers(platform),
    },
    iamResources: iamResources(platform, fleet),
    iamContext: (resource) => tagsOf(fleet, resource),
    start: async () => {
      await fleet.start();
      run.machinesChanged();
    },
    stop: async () => {
      await run.stop();
      await fleet.stop();
    },
  };

  const describe = (record: MachineRecord): MachineInfo => {
    const { address, directory } = fleet.machine(record.id);
    return {
      id: record.id,
      name: record.name,
      tags: record.tags,
      address,
      directory,
      online: isOnline(record),
    };
  };

  return {
    service,
    fleet,
    ensure: async ({ roleArn, ...request }) => {
      const { address, directory } = await fleet.ensure(request);
      if (roleArn) writeSharedCredentials(directory, platform.credentialsOf(roleArn));
      run.machinesChanged();
      return { address };
    },
    list: () => fleet.records().map(describe),
    setOnline: async (id, online) => {
      await fleet.change(id, { online, lastSeenAt: platform.now() });
      run.machinesChanged();
    },
    stop: async (id) => {
      await fleet.powerOff(id);
      run.machinesChanged();
    },
    remove: (id) => fleet.remove(id),
  };
}

// Service Authorization Reference, AWS Systems Manager: SendCommand is allowed on the document and on every instance.
function iamResources(platform: Platform, fleet: Fleet): Service["iamResources"] {
  const { region, accountId } = platform;
  const instanceArn = (id: string) =>
    id.startsWith("mi-")
      ? `arn:aws:ssm:${region}:${accountId}:managed-instance/${id}`
      : `arn:aws:ec2:${region}:${accountId}:instance/${id}`;
  const parameter = (input: { Name?: string }) => [parameterArn(platform, input.Name ?? "")];
  const command = (input: ssm.SendCommandRequest) => {
    const ids = input.InstanceIds?.length ? input.InstanceIds : fleet.records().map((record) => record.id);
    return [`arn:aws:ssm:${region}::document/${input.DocumentName}`, ...ids.map(instanceArn)];
  };
  return {
    SendCommand: command,
    AddTagsToResource: (input: ssm.AddTagsToResourceRequest) => [instanceArn(input.ResourceId ?? "")],
    RemoveTagsFromResource: (input: ssm.RemoveTagsFromResourceRequest) => [
      instanceArn(input.ResourceId ?? ""),
    ],
    GetParameter: parameter,
    PutParameter: parameter,
    DeleteParameter: parameter,
    GetParameters: (input: ssm.GetParametersRequest) =>
      (input.Names ?? []).map((name) => parameterArn(platform, name)),
  };
}

/** The tags of a machine, under the key that SendCommand is held to them by. */
function tagsOf(fleet: Fleet, resource: string): Record<string, string> {
  const id = resource.split("/").at(-1);
  const tags = fleet.records().find((record) => record.id === id)?.tags ?? {};
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`ssm:resourceTag/${key}`, value]));
}
