// The operations on state machines.
import type { Executions } from "./executions.ts";
import { fault } from "./faults.ts";
import { offsetOf } from "./history.ts";
import type { Machines } from "./machines.ts";
import type { MachineRecord } from "./records.ts";

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's.
type Input = any;

export function machineHandlers(machines: Machines, executions: Executions) {
  const byResource = (arn: string) => {
    const record = machines.find(arn);
    if (!record) throw fault("ResourceNotFound", `Resource not found: '${arn}'`);
    return record;
  };
  return {
    CreateStateMachine(input: Input) {
      const record = machines.create(input);
      return { stateMachineArn: record.arn, creationDate: new Date(record.createdAtMs) };
    },
    UpdateStateMachine(input: Input) {
      const record = machines.update(machines.get(input.stateMachineArn), input);
      return { updateDate: new Date(record.updatedAtMs), revisionId: record.revisionId };
    },
    DescribeStateMachine: (input: Input) => describe(machines.get(input.stateMachineArn)),
    ListStateMachines(input: Input) {
      const all = machines.all();
      const from = offsetOf(input.nextToken);
      const to = from + (input.maxResults || 100);
      const stateMachines = all.slice(from, to).map(({ arn, name, createdAtMs }) => ({
        stateMachineArn: arn,
        name,
        type: "STANDARD",
        creationDate: new Date(createdAtMs),
      }));
      return { stateMachines, ...(to < all.length ? { nextToken: String(to) } : {}) };
    },
    /** Executions under way come to their end first. */
    DeleteStateMachine(input: Input) {
      const record = machines.find(input.stateMachineArn);
      if (!record) return {};
      machines.save({ ...record, status: "DELETING" });
      const running = executions.ofMachine(record.arn).filter((one) => one.status === "RUNNING");
      void Promise.all(running.map((one) => executions.done(one.arn))).then(() => {
        executions.forgetMachine(record.arn);
        machines.remove(record);
      });
      return {};
    },
    ListTagsForResource: (input: Input) => ({
      tags: Object.entries(byResource(input.resourceArn).tags).map(([key, value]) => ({ key, value })),
    }),
    TagResource(input: Input) {
      const record = byResource(input.resourceArn);
      const added = Object.fromEntries(
        input.tags.map((tag: { key: string; value: string }) => [tag.key, tag.value]),
      );
      machines.save({ ...record, tags: { ...record.tags, ...added } });
      return {};
    },
  };
}

function describe(record: MachineRecord) {
  return {
    stateMachineArn: record.arn,
    name: record.name,
    status: record.status,
    definition: record.definition,
    roleArn: record.roleArn,
    type: "STANDARD",
    creationDate: new Date(record.createdAtMs),
    revisionId: record.revisionId,
    loggingConfiguration: { level: "OFF", includeExecutionData: false },
    tracingConfiguration: { enabled: false },
  };
}
