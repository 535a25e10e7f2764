// Colour where it helps and nothing where it is unwanted. Meaning never hangs on colour alone: words say it too.

export type Paint = (text: string) => string;
export type Style = { bold: Paint; dim: Paint; red: Paint; green: Paint; yellow: Paint; blue: Paint };

export function styleOf(color: boolean): Style {
  const paint =
    (open: number, close: number): Paint =>
    (text) =>
      color ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    blue: paint(34, 39),
  };
}

/** The colour of a status or a health, for any of the words that the API uses. */
export function paintOf(style: Style, word: string): Paint {
  if (["succeeded", "healthy", "repaired", "delivered"].includes(word)) return style.green;
  if (["failed", "unhealthy"].includes(word)) return style.red;
  if (
    ["rolled_back", "rolling_back", "paused", "awaiting_approval", "draining", "held", "overtaken"].includes(
      word,
    )
  )
    return style.yellow;
  if (["running", "planning", "starting"].includes(word)) return style.blue;
  return style.dim;
}
