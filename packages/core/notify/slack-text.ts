// A notice as a line of text in Slack's own markup. What others wrote is escaped, so that nobody can call a whole channel or
// disguise a link ("Formatting text for app surfaces" in Slack's documentation: &, < and > are the three to escape).
import type { Notice, NoticeType } from "../domain/notice.ts";

const WORDS: Record<NoticeType, [emoji: string, words: string]> = {
  "deployment.queued": [":hourglass:", "is queued"],
  "deployment.planning": [":memo:", "is planned"],
  "deployment.awaiting_approval": [":raised_hand:", "awaits approval"],
  "deployment.running": [":arrow_forward:", "is rolled out"],
  "deployment.paused": [":double_vertical_bar:", "is paused"],
  "deployment.rolling_back": [":rewind:", "is rolled back"],
  "deployment.succeeded": [":white_check_mark:", "is live"],
  "deployment.rolled_back": [":leftwards_arrow_with_hook:", "was rolled back"],
  "deployment.failed": [":rotating_light:", "failed"],
  "deployment.cancelled": [":no_entry_sign:", "was cancelled"],
  "target.degraded": [":rotating_light:", "is degraded"],
  "target.recovered": [":sunny:", "is well again"],
  "healing.repaired": [":adhesive_bandage:", "was mended"],
  "healing.held": [":raised_hand_with_fingers_splayed:", "is held by healing"],
  "healing.host_marked": [":construction:", "has a host that is marked bad"],
  "healing.host_cleared": [":white_check_mark:", "has a host that is good again"],
  "healing.gave_up": [":rotating_light:", "is given up by healing"],
  "train.running": [":steam_locomotive:", "departs"],
  "train.rolling_back": [":rewind:", "goes back"],
  "train.succeeded": [":checkered_flag:", "has arrived"],
  "train.rolled_back": [":leftwards_arrow_with_hook:", "is back"],
  "train.failed": [":rotating_light:", "failed"],
  "train.cancelled": [":no_entry_sign:", "was cancelled"],
};

const LONGEST = 1000;

export function slackText(notice: Notice): string {
  const { type, environment, message } = notice;
  const [emoji] = WORDS[type];
  const head = `*${plain(`${notice.app ?? nameOf(notice)}/${environment}`)}* ${plain(happened(notice))}`;
  const lines = [`${emoji} ${head}`, plain(message.slice(0, LONGEST)), ...about(notice)];
  return lines.join("\n");
}

function nameOf({ train }: Notice): string {
  return train ? `train ${train.name ?? train.id}` : "?";
}

/** A change of a deployment is told of its version, everything else of the place itself. */
function happened({ type, deployment }: Notice): string {
  const [, words] = WORDS[type];
  if (!deployment || !type.startsWith("deployment.")) return words;
  const { version, previousVersion } = deployment;
  const before =
    previousVersion === null || previousVersion === version ? "" : ` (before: ${previousVersion})`;
  return `${version} ${words}${before}`;
}

function about({ deployment, train, healing }: Notice): string[] {
  const by = deployment ?? train;
  if (by) return [`_${plain(`${by.id}, by ${by.createdBy}`)}_`];
  return healing ? [`_${plain(healing.id)}_`] : [];
}

/** Stars and the like are left: they do no more than look. */
function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
