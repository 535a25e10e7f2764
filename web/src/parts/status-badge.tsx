// A status in words, with a sign of its own, so that colour is never the only difference.
import "./status-badge.css";

const SIGNS: Record<string, string> = {
  queued: "…",
  planning: "✎",
  awaiting_approval: "?",
  running: "▶",
  paused: "‖",
  rolling_back: "↩",
  succeeded: "✓",
  rolled_back: "↩",
  failed: "✕",
  cancelled: "–",
  waiting: "○",
  skipped: "–",
  overtaken: "≫",
};

export function StatusBadge({ status }: { status: string }) {
  return (
    <span class={`badge ${status}`}>
      <span aria-hidden="true">{SIGNS[status] ?? "•"}</span> {status.replaceAll("_", " ")}
    </span>
  );
}
