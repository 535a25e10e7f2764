// Columns that line up. Widths count what is seen, so colours do not shift anything.

export function table(head: string[], rows: string[][]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => seen(row[column] ?? ""))));
  return all.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - seen(cell)))
      .join("  ")
      .trimEnd(),
  );
}

export function seen(text: string): number {
  return withoutColor(text).length;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour is a control character.
const COLOR = /\x1b\[\d+m/g;

export function withoutColor(text: string): string {
  return text.replace(COLOR, "");
}
