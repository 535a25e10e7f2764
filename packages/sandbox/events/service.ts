// EventBridge: buses, their rules with patterns and targets, and events that reach them. An event that is accepted
// is on disk until every target has it, so a kill loses none; a target may then see one twice, as on AWS.
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import * as eventbridge from "@aws-sdk/client-eventbridge";
import { type Documents, openDocuments } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform, type Service } from "../platform.ts";
import { type Bus, busArn, busHandlers, busNamed } from "./buses.ts";
import { payloadFor } from "./input.ts";
import { matches, parsePattern } from "./pattern.ts";
import { type Rule, ruleHandlers, ruleKey, rulesOf } from "./rules.ts";
import { deliver } from "./targets.ts";

export type BusEvent = {
  version: "0";
  id: string;
  "detail-type": string;
  source: string;
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: unknown;
};

type Pending = { id: string; event: BusEvent; rule: string; target: string };

/** EventBridge tries for a day; in the sandbox half an hour will do. */
const MAX_RETRIES = 60;
/** PutEvents takes at most ten entries. */
const MAX_ENTRIES = 10;

export function createEventBridge(platform: Platform): Service {
  const rules = openDocuments<Rule>(join(platform.directory, "events", "rules"));
  const buses = openDocuments<Bus>(join(platform.directory, "events", "buses"));
  const pending = openDocuments<Pending>(join(platform.directory, "events", "pending"));
  const stopping = new AbortController();

  function dispatch(work: Pending): void {
    const rule = rules.get(work.rule);
    const target = rule?.targets.find((candidate) => candidate.Id === work.target);
    if (!rule || !target) {
      pending.delete(work.id);
      return;
    }
    const delivery = {
      from: `rule ${rule.name}`,
      arn: target.Arn as string,
      principal: target.RoleArn ?? "root",
      payload: payloadFor(target, work.event),
      maxRetries: Math.min(target.RetryPolicy?.MaximumRetryAttempts ?? MAX_RETRIES, MAX_RETRIES),
    };
    deliver(platform, delivery, stopping.signal).then(() => {
      if (!stopping.signal.aborted) pending.delete(work.id);
    });
  }

  return {
    name: "events",
    module: eventbridge,
    Client: eventbridge.EventBridgeClient,
    handlers: {
      ...busHandlers(platform, buses, rules),
      ...ruleHandlers(platform, { documents: rules, buses }),
      PutEvents: putEvents(platform, (bus, event) =>
        accept(event, rulesOf(rules, bus), pending).forEach(dispatch),
      ),
    },
    iamResources: resources(platform),
    iamAlso: {
      PutTargets: ({ Targets = [] }: eventbridge.PutTargetsRequest) =>
        Targets.flatMap(({ RoleArn }) => (RoleArn ? [{ action: "iam:PassRole", resource: RoleArn }] : [])),
    },
    async start() {
      pending.list().forEach(dispatch);
    },
    async stop() {
      stopping.abort();
    },
  };
}

function resources(platform: Platform): Service["iamResources"] {
  const prefix = `arn:aws:events:${platform.region}:${platform.accountId}`;
  type Named = { Name?: string; Rule?: string; EventBusName?: string };
  const onRule = ({ Name, Rule = Name ?? "*", EventBusName }: Named) => [
    `${prefix}:rule/${ruleKey(busNamed(EventBusName), Rule)}`,
  ];
  const onBus = ({ Name }: Named) => [busArn(platform, busNamed(Name))];
  const all = (names: string[], of: typeof onBus) => Object.fromEntries(names.map((name) => [name, of]));
  return {
    PutEvents: ({ Entries = [] }: eventbridge.PutEventsRequest) => [
      ...new Set(Entries.map(({ EventBusName }) => busArn(platform, busNamed(EventBusName)))),
    ],
    ...all(["CreateEventBus", "DescribeEventBus", "DeleteEventBus"], onBus),
    ...all(["PutRule", "DescribeRule", "DeleteRule", "EnableRule", "DisableRule"], onRule),
    ...all(["PutTargets", "RemoveTargets", "ListTargetsByRule"], onRule),
  };
}

function accept(event: BusEvent, rules: Rule[], pending: Documents<Pending>): Pending[] {
  const work = rules
    .filter((rule) => rule.enabled && rule.pattern && matches(parsePattern(rule.pattern), event as never))
    .flatMap((rule) =>
      rule.targets.map((target) => ({
        id: randomUUID(),
        event,
        rule: ruleKey(busNamed(rule.bus), rule.name),
        target: target.Id as string,
      })),
    );
  for (const one of work) pending.set(one.id, one);
  return work;
}

/** Of a bus that is not there the events are dropped, and no error says so ("Sending events with PutEvents" in the User Guide). */
function putEvents(platform: Platform, accepted: (bus: string, event: BusEvent) => void): Handler {
  return ({ Entries = [] }: eventbridge.PutEventsRequest) => {
    if (Entries.length === 0 || Entries.length > MAX_ENTRIES)
      throw new AwsError("ValidationException", `PutEvents takes 1 to ${MAX_ENTRIES} entries.`);
    const results = Entries.map((entry) => {
      const event = toEvent(platform, entry);
      if ("ErrorCode" in event) return event;
      accepted(busNamed(entry.EventBusName), event);
      return { EventId: event.id };
    });
    return { FailedEntryCount: results.filter((result) => "ErrorCode" in result).length, Entries: results };
  };
}

function toEvent(
  platform: Platform,
  entry: eventbridge.PutEventsRequestEntry,
): BusEvent | { ErrorCode: string; ErrorMessage: string } {
  const { Source, DetailType } = entry;
  if (!Source || !DetailType)
    return { ErrorCode: "InvalidArgument", ErrorMessage: "Parameter Source or DetailType is not valid." };
  let detail: unknown;
  try {
    detail = JSON.parse(entry.Detail ?? "{}");
  } catch {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": DetailType,
    source: Source,
    account: platform.accountId,
    time: new Date(entry.Time ?? platform.now()).toISOString().replace(/\.\d+Z$/, "Z"),
    region: platform.region,
    resources: entry.Resources ?? [],
    detail,
  };
}
