// Processes of a group that a user suspends and resumes.
import type { ScalingProcessQuery } from "@aws-sdk/client-auto-scaling";
import type { Handler } from "../platform.ts";
import type { Control } from "./control.ts";
import { resetPause } from "./launch.ts";
import { findLiveGroup, type State, save, validation } from "./state.ts";

// API reference, SuspendProcesses. Only Launch, Terminate, AddToLoadBalancer, AlarmNotification, HealthCheck and
// ReplaceUnhealthy do something here: there are no refreshes and no schedules, and zones are never rebalanced.
const PROCESSES = [
  "Launch",
  "Terminate",
  "AddToLoadBalancer",
  "AlarmNotification",
  "AZRebalance",
  "HealthCheck",
  "InstanceRefresh",
  "ReplaceUnhealthy",
  "ScheduledActions",
];

export function processHandlers(state: State, control: Control): Record<string, Handler> {
  const change = (next: (before: string[], named: string[]) => string[]) => (input: ScalingProcessQuery) => {
    const group = findLiveGroup(state, input.AutoScalingGroupName);
    group.suspended = next(group.suspended, readProcesses(input));
    resetPause(state, group.name);
    save(state, group);
    control.look(group.name);
    return {};
  };
  return {
    SuspendProcesses: change((before, named) => [...new Set([...before, ...named])]),
    ResumeProcesses: change((before, named) => before.filter((name) => !named.includes(name))),
    DescribeScalingProcessTypes: () => ({ Processes: PROCESSES.map((ProcessName) => ({ ProcessName })) }),
  };
}

/** None named means all. */
function readProcesses({ ScalingProcesses }: ScalingProcessQuery): string[] {
  if (!ScalingProcesses?.length) return PROCESSES;
  const wrong = ScalingProcesses.find((name) => !PROCESSES.includes(name));
  if (wrong !== undefined) throw validation(`${wrong} is not a valid process: ${PROCESSES.join(", ")}`);
  return ScalingProcesses;
}
