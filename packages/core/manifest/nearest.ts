// The known word nearest to a misspelt one, for error messages.

/** `null` where none is near enough to be meant. */
export function nearest(word: string, known: string[]): string | null {
  const typed = word.slice(0, 40);
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(typed.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  if (best === undefined) return null;
  return best.edits <= Math.max(2, Math.ceil(typed.length / 2)) ? best.candidate : null;
}

/** Letters put in, left out or changed, two neighbours swapped counting as one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(cell(a, b, i, j, rows, row));
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

function cell(a: string, b: string, i: number, j: number, rows: number[][], row: number[]): number {
  const above = rows[i - 1]!;
  const change = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  const swap = swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
  return Math.min(above[j]! + 1, row[j - 1]! + 1, change, swap);
}
