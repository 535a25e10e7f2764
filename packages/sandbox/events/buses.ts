// Event buses: the account's default one, which is always there, and those that somebody made. A rule belongs to one bus and
// sees the events of that one alone.
import type * as eventbridge from "@aws-sdk/client-eventbridge";
import type { Documents } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import type { Rule } from "./rules.ts";

export type Bus = { name: string; description?: string; createdAt: number };

export const DEFAULT_BUS = "default";

/** Of a bus's name or its ARN, as every call takes them; without one it is the default bus. */
export function busNamed(nameOrArn: string | undefined): string {
  return nameOrArn?.split("event-bus/").at(-1) ?? DEFAULT_BUS;
}

export function busArn({ region, accountId }: Platform, bus: string): string {
  return `arn:aws:events:${region}:${accountId}:event-bus/${bus}`;
}

/** Throws ResourceNotFoundException. */
export function needBus(buses: Documents<Bus>, nameOrArn: string | undefined): string {
  const bus = busNamed(nameOrArn);
  if (bus === DEFAULT_BUS || buses.get(bus)) return bus;
  throw new AwsError("ResourceNotFoundException", `Event bus ${bus} does not exist.`);
}

/** EventBridge API Reference, CreateEventBus: what may stand in a custom bus's name. */
const NAME = /^[\w.-]{1,256}$/;

export function busHandlers(
  platform: Platform,
  buses: Documents<Bus>,
  rules: Documents<Rule>,
): Record<string, Handler> {
  return {
    CreateEventBus({ Name = "", Description, ...more }: eventbridge.CreateEventBusRequest) {
      const unknown = Object.keys(more).find((field) => field !== "Tags");
      if (unknown)
        throw new AwsError("NotImplemented", `The sandbox does not implement ${unknown} of an event bus.`);
      if (!NAME.test(Name)) throw new AwsError("ValidationException", `Event bus name ${Name} is not valid.`);
      if (Name === DEFAULT_BUS || buses.get(Name))
        throw new AwsError("ResourceAlreadyExistsException", `Event bus ${Name} already exists.`);
      buses.set(Name, { name: Name, description: Description, createdAt: platform.now() });
      return { EventBusArn: busArn(platform, Name), Description };
    },
    DescribeEventBus: ({ Name }: eventbridge.DescribeEventBusRequest) => {
      const bus = needBus(buses, Name);
      return { Name: bus, Arn: busArn(platform, bus), Description: buses.get(bus)?.description };
    },
    ListEventBuses: ({ NamePrefix = "" }: eventbridge.ListEventBusesRequest) => ({
      EventBuses: [DEFAULT_BUS, ...buses.list().map(({ name }) => name)]
        .filter((name) => name.startsWith(NamePrefix))
        .map((name) => ({ Name: name, Arn: busArn(platform, name) })),
    }),
    DeleteEventBus({ Name = "" }: eventbridge.DeleteEventBusRequest) {
      if (Name === DEFAULT_BUS) throw new AwsError("ValidationException", "Cannot delete event bus default.");
      if (rules.list().some((rule) => rule.bus === Name))
        throw new AwsError("ValidationException", `Event bus ${Name} has rules.`);
      // Deleting one that is not there is no error.
      buses.delete(Name);
    },
  };
}
