// EC2 of the sandbox: the one entry of this folder. An instance is a machine (machines/), an image a copy of one's
// directory; Auto Scaling launches through `launch`, since only AWS's own services may set tags that begin with aws:.
import type { RunInstancesRequest } from "@aws-sdk/client-ec2";
import type { Machines } from "../machines/service.ts";
import { AwsError, type Handler, type Platform, type Service } from "../platform.ts";
import { publishParameters } from "./base-images.ts";
import { imageHandlers } from "./image-handlers.ts";
import { resumeImages } from "./images.ts";
import { instanceHandlers, terminateInstances } from "./instance-handlers.ts";
import { resume } from "./instance-life.ts";
import { instanceTypeHandlers } from "./instance-types.ts";
import { readLaunch } from "./launch-request.ts";
import type { InstanceRecord, Tags, TemplateRecord, TemplateVersion } from "./model.ts";
import { findSubnet, networkHandlers, type SubnetFacts, subnets } from "./network.ts";
import { iamAlso, iamContext, iamResources, launchArns } from "./permissions.ts";
import { runInstances } from "./run-instances.ts";
import { snapshotHandlers } from "./snapshot-handlers.ts";
import { resumeSnapshots } from "./snapshots.ts";
import { changeInstance, openState, type State } from "./state.ts";
import { tagHandlers } from "./tags.ts";
import { type TaskDisks, taskDisks } from "./task-disks.ts";
import { templateHandlers } from "./template-handlers.ts";
import { findTemplate, findVersion } from "./templates.ts";
import { versionHandlers } from "./version-handlers.ts";
import { resumeChanges, volumeChangeHandlers } from "./volume-changes.ts";
import { volumeHandlers } from "./volume-handlers.ts";
import { resumeVolumes } from "./volumes.ts";

/** What Auto Scaling needs beyond the API. */
export type InstancePool = {
  /** RunInstances, with tags of AWS's own. */
  launch(input: RunInstancesRequest, systemTags: Tags): Promise<InstanceRecord[]>;
  /** Throws as RunInstances would. */
  check(input: RunInstancesRequest): Promise<void>;
  /** What IAM is asked of who launches so. */
  permissions(input: RunInstancesRequest): { action: string; resource: string }[];
  subnets(): SubnetFacts[];
  zoneOf(subnetId: string): string;
  /** Those that are not terminated and carry the tag of the group. */
  launchedFor(groupName: string): string[];
  /** TerminateInstances; those that EC2 has forgotten are gone. */
  terminate(ids: string[]): void;
  instance(id: string): InstanceRecord | undefined;
  retag(id: string, tags: Tags): void;
  /** Throws as EC2 does where there is none. */
  template(
    id: string | undefined,
    name: string | undefined,
    version: string,
  ): { template: TemplateRecord; version: TemplateVersion };
  /** Called after every change of an instance's state. */
  onChange(listener: (instance: InstanceRecord) => void): void;
};

export type Ec2 = Service & { pool: InstancePool; disks: TaskDisks };

export function createEc2(platform: Platform, machines: Machines): Ec2 {
  const state = openState(platform, machines);
  return {
    name: "ec2",
    loadWire: async () => {
      const module = await import("@aws-sdk/client-ec2");
      return { module, Client: module.EC2Client };
    },
    handlers: withDryRun({
      ...instanceTypeHandlers(platform),
      ...instanceHandlers(state),
      ...imageHandlers(state),
      ...volumeHandlers(state),
      ...volumeChangeHandlers(state),
      ...snapshotHandlers(state),
      ...templateHandlers(state),
      ...versionHandlers(state),
      ...tagHandlers(state),
      ...networkHandlers(platform),
    }),
    iamResources: iamResources(state),
    iamContext: iamContext(state),
    iamAlso: iamAlso(state),
    start: async () => {
      await publishParameters(platform);
      resumeImages(state);
      resume(state);
      resumeVolumes(state);
      resumeChanges(state);
      resumeSnapshots(state);
    },
    stop: async () => {
      state.stopping = true;
      await Promise.all(state.transitions.values());
      state.metadata.closeAll();
    },
    pool: poolOf(state),
    disks: taskDisks(state),
  };
}

/** Every operation of EC2 takes DryRun: whether the caller may, and nothing done. IAM was asked before. */
function withDryRun(handlers: Record<string, Handler>): Record<string, Handler> {
  const dry = (handler: Handler): Handler => {
    return (input, caller) => {
      if (input.DryRun !== true) return handler(input, caller);
      const message = "Request would have succeeded, but DryRun flag is set.";
      throw new AwsError("DryRunOperation", message);
    };
  };
  return Object.fromEntries(Object.entries(handlers).map(([name, handler]) => [name, dry(handler)]));
}

function poolOf(state: State): InstancePool {
  return {
    launch: (input, systemTags) => runInstances(state, input, systemTags),
    terminate: (ids) =>
      void terminateInstances(
        state,
        ids.filter((id) => state.instances.get(id)),
      ),
    check: async (input) => void (await readLaunch(state, input)),
    permissions: (input) => [
      ...launchArns(state, input).map((resource) => ({ action: "ec2:RunInstances", resource })),
      ...(iamAlso(state)?.RunInstances?.(input) ?? []),
    ],
    subnets: () => subnets(state.platform),
    zoneOf: (subnetId) => findSubnet(state.platform, subnetId).zone,
    launchedFor: (groupName) =>
      state.instances
        .list()
        .filter(({ tags }) => tags["aws:autoscaling:groupName"] === groupName)
        .filter((one) => one.state !== "terminated" && one.state !== "shutting-down")
        .map(({ id }) => id),
    instance: (id) => state.instances.get(id),
    retag: (id, tags) => {
      if (state.instances.get(id)) changeInstance(state, id, { tags });
    },
    template: (id, name, version) => {
      const template = findTemplate(state, id, name);
      return { template, version: findVersion(template, version) };
    },
    onChange: (listener) => void state.listeners.add(listener),
  };
}
