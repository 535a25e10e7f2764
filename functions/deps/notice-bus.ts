// Puts notices on the installation's event bus. The SDK's client is loaded with the first notice: most calls of the API tell
// nothing, and a cold start reads less.
import type { Notice, NoticeType } from "#core/domain/notice.ts";
import type { NoticeBus } from "#store/notices.ts";

/** EventBridge quotas, PutEvents: entries in one request. */
const MAX_ENTRIES = 10;

export function noticeBus(bus: string): NoticeBus {
  let loading: Promise<typeof import("./put-events.ts")> | undefined;
  return {
    put: async (notices) => {
      loading ??= import("./put-events.ts");
      const { putEvents } = await loading;
      for (let i = 0; i < notices.length; i += MAX_ENTRIES)
        await putEvents(notices.slice(i, i + MAX_ENTRIES).map((notice) => entryOf(bus, notice)));
    },
  };
}

/** For rules that go by it; `detail.type` says the same more closely. */
function detailType(type: NoticeType): string {
  if (type === "target.degraded") return "Target Degraded";
  if (type === "target.recovered") return "Target Recovered";
  if (type.startsWith("healing.")) return "Healing";
  return type.startsWith("train.") ? "Train Status Change" : "Deployment Status Change";
}

/** The bus has the installation's name. */
function entryOf(bus: string, notice: Notice) {
  return {
    EventBusName: bus,
    Source: "tutti",
    DetailType: detailType(notice.type),
    Time: new Date(notice.at),
    Resources: [],
    Detail: JSON.stringify({ installation: bus, ...notice }),
  };
}
