// What can be done to instances. An answer tells of the wish, the work goes on behind it: ask again with
// DescribeInstances.
import { readFileSync } from "node:fs";
import type {
  GetConsoleOutputRequest,
  InstanceStateName,
  RebootInstancesRequest,
  RunInstancesRequest,
  StartInstancesRequest,
  StopInstancesRequest,
  TerminateInstancesRequest,
} from "@aws-sdk/client-ec2";
import { AwsError, type Handler } from "../platform.ts";
import { describeHandlers, reservation, stateOf } from "./describe-instances.ts";
import { boot, consolePath, machineDirectory, reboot, stop, terminate } from "./instance-life.ts";
import type { InstanceRecord } from "./model.ts";
import { runInstances } from "./run-instances.ts";
import { changeInstance, findInstances, type State } from "./state.ts";
import { consoleOf } from "./user-data.ts";

export function instanceHandlers(state: State): Record<string, Handler> {
  return {
    ...describeHandlers(state),
    RunInstances: async (input: RunInstancesRequest) => {
      const launched = await runInstances(state, input);
      return reservation(state, launched[0]!.reservationId, launched);
    },
    StartInstances: (input: StartInstancesRequest) => ({
      StartingInstances: move(state, input.InstanceIds, {
        from: ["stopped"],
        already: ["pending", "running"],
        to: "pending",
        wish: "started",
        begin: boot,
      }),
    }),
    StopInstances: (input: StopInstancesRequest) => ({
      StoppingInstances: move(state, input.InstanceIds, {
        from: ["running"],
        already: ["stopping", "stopped"],
        to: "stopping",
        wish: "stopped",
        begin: stop,
      }),
    }),
    TerminateInstances: (input: TerminateInstancesRequest) => ({
      TerminatingInstances: terminateInstances(state, input.InstanceIds),
    }),
    RebootInstances: (input: RebootInstancesRequest) => {
      for (const instance of findInstances(state, input.InstanceIds)) {
        if (instance.state !== "running") throw wrongState(instance, "rebooted");
        changeInstance(state, instance.id, { userDataDone: true });
        void reboot(state, instance.id);
      }
      return {};
    },
    GetConsoleOutput: (input: GetConsoleOutputRequest) => {
      const [instance] = findInstances(state, [input.InstanceId ?? ""]);
      const output = outputOf(state, instance!);
      return {
        InstanceId: instance!.id,
        Timestamp: new Date(state.platform.now()),
        Output: output.toString("base64"),
      };
    },
  };
}

type Move = {
  from: InstanceStateName[];
  /** Where nothing is left to do. */
  already: InstanceStateName[];
  to: InstanceStateName;
  wish: string;
  begin(state: State, id: string): void;
};

/** All or none: one in the wrong state refuses the whole request. */
function move(state: State, ids: string[] | undefined, wanted: Move) {
  const instances = findInstances(state, ids);
  for (const instance of instances)
    if (![...wanted.from, ...wanted.already].includes(instance.state))
      throw wrongState(instance, wanted.wish);
  return instances.map((before) => {
    if (wanted.already.includes(before.state)) return change(before, before);
    const at = new Date(state.platform.now()).toISOString();
    const after = changeInstance(state, before.id, {
      state: wanted.to,
      userDataDone: true,
      reason: wanted.to === "stopping" ? userInitiated(at) : undefined,
    });
    wanted.begin(state, before.id);
    return change(before, after);
  });
}

export function terminateInstances(state: State, ids: string[] | undefined) {
  return findInstances(state, ids).map((before) => {
    if (before.state === "shutting-down" || before.state === "terminated") return change(before, before);
    const reason = userInitiated(new Date(state.platform.now()).toISOString());
    const after = changeInstance(state, before.id, { state: "shutting-down", reason });
    terminate(state, before.id);
    return change(before, after);
  });
}

// EC2 API reference, StateReason.
function userInitiated(at: string) {
  return {
    code: "Client.UserInitiatedShutdown",
    message: `Client.UserInitiatedShutdown: User initiated (${at})`,
  };
}

function change(before: InstanceRecord, after: InstanceRecord) {
  return {
    InstanceId: after.id,
    PreviousState: stateOf(before.state),
    CurrentState: stateOf(after.state),
  };
}

function wrongState({ id }: InstanceRecord, wish: string): AwsError {
  return new AwsError(
    "IncorrectInstanceState",
    `The instance '${id}' is not in a state from which it can be ${wish}.`,
  );
}

function outputOf(state: State, { id, state: now }: InstanceRecord): Buffer {
  if (now !== "terminated") return consoleOf(machineDirectory(state, id));
  try {
    return readFileSync(consolePath(state, id));
  } catch {
    return Buffer.alloc(0);
  }
}
