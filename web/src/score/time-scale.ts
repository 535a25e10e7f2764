// From an instant to a place on the page. A long silence (an approval over night, a pause) is folded, so that what
// happened before and after it stays readable; the fold is drawn and says how long it was.

export type Fold = { from: number; to: number };

export type TimeScale = {
  /** Pixels from the left edge of the drawing. */
  at: (ms: number) => number;
  /** The instant at a place, for a pointer. */
  instantAt: (x: number) => number;
  folds: Fold[];
};

type Piece = { from: number; to: number; weight: number };

/** No silence shorter than this is ever folded. */
const SHORTEST_FOLD_MS = 30_000;
/** A folded silence takes so much of what the rest takes, and never less than this: it may be all there is to see. */
const FOLDED_SHARE = 0.25;
const LEAST_FOLDED_MS = 10_000;

/** `instants`: when something happened; what lies between two of them may be folded. */
export function timeScale(from: number, to: number, instants: number[], width: number): TimeScale {
  const pieces = piecesOf(from, to, instants);
  const total = pieces.reduce((sum, one) => sum + one.weight, 0) || 1;
  const at = (ms: number) => {
    let x = 0;
    for (const piece of pieces) {
      if (ms < piece.to)
        return x + ((Math.max(ms, piece.from) - piece.from) / lengthOf(piece)) * share(piece);
      x += share(piece);
    }
    return width;
  };
  const share = (piece: Piece) => (piece.weight / total) * width;
  const instantAt = (x: number) => {
    let left = 0;
    for (const piece of pieces) {
      if (x < left + share(piece)) return piece.from + ((x - left) / share(piece)) * lengthOf(piece);
      left += share(piece);
    }
    return to;
  };
  const folds = pieces
    .filter((one) => one.weight < lengthOf(one))
    .map((one) => ({ from: one.from, to: one.to }));
  return { at, instantAt, folds };
}

function piecesOf(from: number, to: number, instants: number[]): Piece[] {
  const inside = instants.filter((at) => at > from && at < to);
  const ends = [...new Set([from, ...inside, to])].sort((a, b) => a - b);
  const gaps = ends.slice(1).map((end, i) => ({ from: ends[i]!, to: end, weight: end - ends[i]! }));
  const longest = Math.max(...gaps.map((one) => one.weight), 0);
  const others = gaps.reduce((sum, one) => sum + one.weight, 0) - longest;
  const limit = Math.max(SHORTEST_FOLD_MS, others);
  return joined(
    gaps.map((one) =>
      one.weight > limit ? { ...one, weight: Math.max(LEAST_FOLDED_MS, others * FOLDED_SHARE) } : one,
    ),
  );
}

/** Between two folds time passes evenly, however much happened: one piece, so that a place is found in a few steps. */
function joined(pieces: Piece[]): Piece[] {
  const whole: Piece[] = [];
  for (const one of pieces) {
    const last = whole.at(-1);
    if (last && isEven(last) && isEven(one)) {
      last.to = one.to;
      last.weight += one.weight;
    } else whole.push({ ...one });
  }
  return whole;
}

function isEven({ from, to, weight }: Piece): boolean {
  return weight === to - from;
}

function lengthOf({ from, to }: Piece): number {
  return Math.max(1, to - from);
}
