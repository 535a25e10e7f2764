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
  "target.degraded": [":rotating_light:", "left its target degraded"],
};

const LONGEST = 1000;

export function slackText({ type, app, environment, message, deployment }: Notice): string {
  const [emoji, words] = WORDS[type];
  const { version, previousVersion, id, createdBy } = deployment;
  const before =
    previousVersion === null || previousVersion === version ? "" : ` (before: ${previousVersion})`;
  const head = `*${plain(`${app}/${environment}`)}* ${plain(`${version} ${words}${before}`)}`;
  return `${emoji} ${head}\n${plain(message.slice(0, LONGEST))}\n_${plain(`${id}, by ${createdBy}`)}_`;
}

/** Stars and the like are left: they do no more than look. */
function plain(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
