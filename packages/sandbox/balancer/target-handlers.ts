// Who is in a target group, and how they are.
import { isIPv4 } from "node:net";
import type {
  DeregisterTargetsInput,
  DescribeTargetHealthInput,
  RegisterTargetsInput,
  TargetDescription,
  TargetHealth,
  TargetHealthDescription,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { AwsError, type Handler } from "../platform.ts";
import { findAnomalous } from "./anomalies.ts";
import { checkRange, invalid } from "./input.ts";
import { addTarget, healthyOf, type LiveGroup, targetKey } from "./live-group.ts";
import { drain, type LiveTarget, revive } from "./live-target.ts";
import { changed, findGroup, type State, saveAside } from "./state.ts";

export function targetHandlers(state: State): Record<string, Handler> {
  return {
    RegisterTargets: async (input: RegisterTargetsInput) => {
      const group = findGroup(state, input.TargetGroupArn);
      const wanted = readTargets(group, input.Targets);
      checkReachable(state, group, wanted);
      for (const { id, port } of wanted) register(group, id, port);
      await changed(state);
      return {};
    },
    DeregisterTargets: async (input: DeregisterTargetsInput) => {
      const group = findGroup(state, input.TargetGroupArn);
      for (const target of findTargets(group, input.Targets)) deregister(state, group, target);
      await changed(state);
      return {};
    },
    DescribeTargetHealth: (input: DescribeTargetHealthInput) => {
      const group = findGroup(state, input.TargetGroupArn);
      const described = describer(group, input.Include);
      if (!input.Targets?.length)
        return { TargetHealthDescriptions: [...group.targets.values()].map(described) };
      const asked = readTargets(group, input.Targets);
      return {
        TargetHealthDescriptions: asked.map(({ id, port }) => {
          const target = group.targets.get(targetKey(id, port));
          return target
            ? described(target)
            : { Target: { Id: id, Port: port }, TargetHealth: NOT_REGISTERED };
        }),
      };
    },
  };
}

type Asked = { id: string; port: number };

function readTargets(group: LiveGroup, targets: TargetDescription[] | undefined): Asked[] {
  if (!targets?.length) throw invalid("At least one target is needed");
  return targets.map(({ Id, Port }) => ({
    id: Id ?? "",
    port: checkRange(Port ?? group.settings.port, 1, 65_535, "Port"),
  }));
}

function checkReachable(state: State, group: LiveGroup, targets: Asked[]): void {
  if (group.settings.targetType === "ip") {
    const wrong = targets.find(({ id }) => !isIPv4(id) || !id.startsWith("127."));
    if (wrong) throw invalid(`The IP address '${wrong.id}' is not in 127.0.0.0/8, the sandbox's network`);
    return;
  }
  const missing = targets.filter(({ id }) => !state.addressOf(group, id));
  if (missing.length > 0)
    throw new AwsError(
      "InvalidTargetException",
      `The following targets are not in a running state and cannot be registered: '${missing.map(({ id }) => id).join(", ")}'`,
    );
}

function register(group: LiveGroup, id: string, port: number): void {
  const known = group.targets.get(targetKey(id, port));
  if (!known) addTarget(group, id, port);
  else if (known.draining) revive(known);
  group.eligible = undefined;
}

/** A target named without a port is meant with every port that it is registered with. */
function findTargets(group: LiveGroup, targets: TargetDescription[] | undefined): LiveTarget[] {
  if (!targets?.length) throw invalid("At least one target is needed");
  const all = [...group.targets.values()];
  return targets.flatMap(({ Id, Port }) =>
    all.filter((target) => target.id === Id && (Port === undefined || target.port === Port)),
  );
}

function deregister(state: State, group: LiveGroup, target: LiveTarget): void {
  if (target.draining) return;
  const delay = Number(group.settings.attributes["deregistration_delay.timeout_seconds"]);
  const now = state.platform.now();
  group.eligible = undefined;
  drain(target, now + (delay * 1_000) / state.platform.timeScale, now, () => forget(state, group, target));
}

function forget(state: State, group: LiveGroup, target: LiveTarget): void {
  group.targets.delete(targetKey(target.id, target.port));
  group.eligible = undefined;
  saveAside(state);
}

/** After a restart nothing is in flight any more: what was draining is gone. The others are as healthy as they were last seen. */
export function restoreTargets(group: LiveGroup): void {
  for (const { id, port, drainingUntil, health } of group.settings.targets)
    if (drainingUntil === undefined) addTarget(group, id, port, health);
}

const NOT_REGISTERED: TargetHealth = {
  State: "unused",
  Reason: "Target.NotRegistered",
  Description: "Target is not registered to the target group",
};
const NOT_IN_USE: TargetHealth = {
  State: "unused",
  Reason: "Target.NotInUse",
  Description: "Target group is not configured to receive traffic from the load balancer",
};
const DRAINING: TargetHealth = {
  State: "draining",
  Reason: "Target.DeregistrationInProgress",
  Description: "Target deregistration is in progress",
};

/** API reference, DescribeTargetHealth: what is found out of anomalies is told where somebody asks for it. */
function describer(group: LiveGroup, include: DescribeTargetHealthInput["Include"]) {
  const { port } = group.settings.health;
  const isAsked = include?.some((one) => one === "AnomalyDetection" || one === "All");
  const anomalous = new Set(isAsked ? findAnomalous(healthyOf(group)) : []);
  return (target: LiveTarget): TargetHealthDescription => ({
    Target: { Id: target.id, Port: target.port },
    HealthCheckPort: port === "traffic-port" ? String(target.port) : port,
    TargetHealth: healthOf(group, target),
    // Groups are round robin here, and only weighted random mitigates.
    ...(isAsked && {
      AnomalyDetection: {
        Result: anomalous.has(target) ? "anomalous" : "normal",
        MitigationInEffect: "no",
      },
    }),
  });
}

function healthOf(group: LiveGroup, { draining, health }: LiveTarget): TargetHealth {
  if (draining) return DRAINING;
  if (!group.inUse) return NOT_IN_USE;
  if (health.state === "healthy") return { State: "healthy" };
  return {
    State: health.state,
    Reason: health.reason as TargetHealth["Reason"],
    Description: health.description,
  };
}
