// All that the balancer knows and runs, in one place: records by ARN, the live groups and the open listeners. Every
// change ends with `changed`, which writes it to disk and brings the health checks in line.
import { join } from "node:path";
import { type JsonFile, jsonFile } from "../json-file.ts";
import { AwsError, type Platform } from "../platform.ts";
import { type AddressOf, type Checking, reconcileChecks } from "./health-checks.ts";
import { groupRecord, type LiveGroup, newGroup } from "./live-group.ts";
import { type Counts, newCounts } from "./metrics.ts";
import type { Action, Listener, LoadBalancer, Rule, TargetGroup } from "./model.ts";

type Records = { loadBalancers: LoadBalancer[]; groups: TargetGroup[]; listeners: Listener[]; rules: Rule[] };

/** A listener that is open. */
export type OpenListener = { routesChanged(): void; close(force: boolean): Promise<void> };

/** What an entry of an access log says of it (ALB user guide, "Access log entries"). `target`: `<id>:<port>`. */
export type Sent = { url: string; target: string };

export type State = {
  platform: Platform;
  loadBalancers: Map<string, LoadBalancer>;
  groups: Map<string, LiveGroup>;
  listeners: Map<string, Listener>;
  rules: Map<string, Rule>;
  open: Map<string, OpenListener>;
  counts: Map<string, Counts>;
  /** Are told of each request that goes to a target. */
  watchers: Set<(sent: Sent) => void>;
  addressOf: AddressOf;
  file: JsonFile<Records>;
};

export function loadState(platform: Platform): State {
  const file = jsonFile<Records>(join(platform.directory, "elasticloadbalancing", "state.json"));
  const records = file.read();
  const byArn = <T extends { arn: string }>(items: T[] = []) =>
    new Map(items.map((item) => [item.arn, item]));
  return {
    platform,
    file,
    loadBalancers: byArn(records?.loadBalancers),
    groups: new Map((records?.groups ?? []).map((settings) => [settings.arn, newGroup(settings)])),
    listeners: byArn(records?.listeners),
    rules: byArn(records?.rules),
    open: new Map(),
    counts: new Map(),
    watchers: new Set(),
    addressOf: (group, id) => (group.settings.targetType === "ip" ? id : platform.machineAddresses.get(id)),
  };
}

/** Resolves when the change is on disk. */
export function changed(state: State): Promise<void> {
  const used = groupsInUse(state);
  for (const group of state.groups.values())
    reconcileChecks(group, used.has(group.settings.arn), checkingOf(state));
  for (const listener of state.open.values()) listener.routesChanged();
  return save(state);
}

export function checkingOf(state: State): Checking {
  return { addressOf: state.addressOf, turned: () => saveAside(state) };
}

/** For changes that nobody waits for. */
export function saveAside(state: State): void {
  save(state).catch((error: Error) => state.platform.log(`balancer: ${error.message}`));
}

export function save(state: State): Promise<void> {
  return state.file.save(() => ({
    loadBalancers: [...state.loadBalancers.values()],
    groups: [...state.groups.values()].map(groupRecord),
    listeners: [...state.listeners.values()],
    rules: [...state.rules.values()],
  }));
}

/** ARN of every group that is forwarded to, with the load balancers that do. */
export function groupsInUse(state: State): Map<string, Set<string>> {
  const used = new Map<string, Set<string>>();
  const note = (action: Action, listener: Listener | undefined) => {
    for (const arn of groupArns(action))
      used.set(arn, (used.get(arn) ?? new Set()).add(listener?.loadBalancerArn ?? ""));
  };
  for (const listener of state.listeners.values()) note(listener.action, listener);
  for (const rule of state.rules.values()) note(rule.action, state.listeners.get(rule.listenerArn));
  return used;
}

export function groupArns(action: Action): string[] {
  return action.type === "forward" ? action.groups.map((group) => group.arn) : [];
}

export function countsOf(state: State, arn: string): Counts {
  const known = state.counts.get(arn);
  if (known) return known;
  const made = newCounts();
  state.counts.set(arn, made);
  return made;
}

export function findGroup(state: State, arn: string | undefined): LiveGroup {
  const group = state.groups.get(arn ?? "");
  if (!group) throw new AwsError("TargetGroupNotFoundException", `Target groups '${arn}' not found`);
  return group;
}

export function findLoadBalancer(state: State, arn: string | undefined): LoadBalancer {
  const found = state.loadBalancers.get(arn ?? "");
  if (!found) throw new AwsError("LoadBalancerNotFoundException", `Load balancers '[${arn}]' not found`);
  return found;
}

export function findListener(state: State, arn: string | undefined): Listener {
  const found = state.listeners.get(arn ?? "");
  if (!found) throw new AwsError("ListenerNotFoundException", `One or more listeners not found: ${arn}`);
  return found;
}

export function findRule(state: State, arn: string | undefined): Rule {
  const found = state.rules.get(arn ?? "");
  if (!found) throw new AwsError("RuleNotFoundException", `One or more rules not found: ${arn}`);
  return found;
}
