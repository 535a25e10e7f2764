// The demo's last words: one line an app.

export type Row = {
  app: string;
  kind: string;
  steps: number;
  seconds: number;
  sent: number;
  failed: number;
  dropped: number;
  result: string;
};

const HEAD = [
  "app",
  "kind",
  "steps",
  "seconds",
  "requests sent",
  "requests failed",
  "dropped by the killed replica",
  "result",
];

export function drawTable(rows: Row[]): string {
  const cells = rows.map((row) => [
    row.app,
    row.kind,
    `${row.steps}`,
    row.seconds.toFixed(1),
    `${row.sent}`,
    `${row.failed}`,
    `${row.dropped}`,
    row.result,
  ]);
  const widths = HEAD.map((word, i) => Math.max(word.length, ...cells.map((line) => line[i]!.length)));
  const line = (words: string[]) =>
    `  ${words.map((word, i) => word.padEnd(widths[i]!)).join("  ")}`.trimEnd();
  return [line(HEAD), line(widths.map((width) => "─".repeat(width))), ...cells.map(line)].join("\n");
}

/** Everything went as it should, for every app. */
export function allGood(rows: Row[]): boolean {
  return rows.length > 0 && rows.every((row) => row.failed === 0 && row.result === "ok");
}
