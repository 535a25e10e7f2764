// The managed instances and their tags, as Systems Manager tells of them.
import type {
  AddTagsToResourceRequest,
  DescribeInstanceInformationRequest,
  InstanceInformation,
  InstanceInformationStringFilter,
  ListTagsForResourceRequest,
  RemoveTagsFromResourceRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import type { Fleet, MachineRecord } from "./fleet.ts";
import { pageOf, pageSize } from "./pages.ts";

export function inventoryHandlers(platform: Platform, fleet: Fleet): Record<string, Handler> {
  function describe(record: MachineRecord): InstanceInformation {
    const online = isOnline(record);
    return {
      InstanceId: record.id,
      PingStatus: online ? "Online" : "ConnectionLost",
      LastPingDateTime: new Date(online ? platform.now() : record.lastSeenAt),
      AgentVersion: "3.3.0.0",
      IsLatestVersion: true,
      PlatformType: "Linux",
      PlatformName: "Sandbox",
      PlatformVersion: "1",
      ResourceType: record.id.startsWith("mi-") ? "ManagedInstance" : "EC2Instance",
      Name: record.name,
      ComputerName: record.name,
      IPAddress: fleet.machine(record.id).address,
      RegistrationDate: new Date(record.registeredAt),
    };
  }

  return {
    DescribeInstanceInformation: (input: DescribeInstanceInformationRequest) => {
      const filters = allFilters(input);
      const records = fleet.records().filter((record) => filters.every((filter) => fits(record, filter)));
      // API reference: MaxResults 5 to 50, default 50 pages hold that many.
      const page = pageOf(records, pageSize(input.MaxResults, 5, 50), input.NextToken);
      return { InstanceInformationList: page.items.map(describe), NextToken: page.next };
    },
    AddTagsToResource: async (input: AddTagsToResourceRequest) => {
      const { id, tags } = taggable(fleet, input);
      const added = Object.fromEntries((input.Tags ?? []).map(({ Key, Value }) => [Key!, Value ?? ""]));
      await fleet.change(id, { tags: { ...tags, ...added } });
      return {};
    },
    RemoveTagsFromResource: async (input: RemoveTagsFromResourceRequest) => {
      const { id, tags } = taggable(fleet, input);
      const kept = Object.entries(tags).filter(([key]) => !input.TagKeys?.includes(key));
      await fleet.change(id, { tags: Object.fromEntries(kept) });
      return {};
    },
    ListTagsForResource: (input: ListTagsForResourceRequest) => ({
      TagList: Object.entries(taggable(fleet, input).tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

function taggable(fleet: Fleet, input: { ResourceType?: string; ResourceId?: string }): MachineRecord {
  if (input.ResourceType !== "ManagedInstance")
    throw new AwsError(
      "InvalidResourceType",
      `Tags of a ${input.ResourceType} are not implemented in the sandbox.`,
    );
  const record = fleet.record(input.ResourceId ?? "");
  if (!record) throw new AwsError("InvalidResourceId", `There is no managed instance ${input.ResourceId}.`);
  return record;
}

export function isOnline(record: MachineRecord): boolean {
  return record.online && record.running;
}

function allFilters(input: DescribeInstanceInformationRequest): { key: string; values: string[] }[] {
  if (input.Filters?.length && input.InstanceInformationFilterList?.length)
    throw new AwsError(
      "ValidationException",
      "Filters and InstanceInformationFilterList cannot be given together.",
    );
  const filters = (input.Filters ?? []).map(({ Key, Values }: InstanceInformationStringFilter) => ({
    key: Key ?? "",
    values: Values ?? [],
  }));
  const older = (input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
    key: key ?? "",
    values: valueSet ?? [],
  }));
  return [...filters, ...older];
}

function fits(record: MachineRecord, { key, values }: { key: string; values: string[] }): boolean {
  if (key.startsWith("tag:")) {
    const value = record.tags[key.slice("tag:".length)];
    return value !== undefined && values.includes(value);
  }
  switch (key) {
    case "tag-key":
      return values.some((value) => value in record.tags);
    case "InstanceIds":
      return values.includes(record.id);
    case "PingStatus":
      return values.includes(isOnline(record) ? "Online" : "ConnectionLost");
    case "PlatformTypes":
      return values.includes("Linux");
    case "ResourceType":
      return values.includes(record.id.startsWith("mi-") ? "ManagedInstance" : "EC2Instance");
    default:
      throw new AwsError("InvalidFilterKey", `The filter ${key} is not implemented in the sandbox.`);
  }
}
