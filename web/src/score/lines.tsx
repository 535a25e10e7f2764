// One line for each replica: its name, and a bar for each stretch of time. The release is the colour, the condition the
// pattern and the height; a failure has a sign of its own.
import type { Score } from "./compose.ts";
import type { Layout } from "./layout.ts";
import type { ScoreProps } from "./score.tsx";
import type { Stretch } from "./stretches.ts";

const NAMED_FROM_HEIGHT = 12;
const CHARACTER_WIDTH = 7.4;

export function Lines({ deployment, pointed, score, layout }: ScoreProps & { score: Score; layout: Layout }) {
  const byRow = Map.groupBy(score.stretches, (one) => one.row);
  return (
    <g class="lines">
      {score.rows.map((name, row) => (
        <Line
          key={name}
          name={name}
          y={layout.lines.y + row * layout.lines.rowHeight}
          layout={layout}
          stretches={byRow.get(row) ?? []}
          version={deployment.version}
          chosen={pointed.value.replica === name}
          choose={() => {
            const replica = pointed.value.replica === name ? null : name;
            pointed.value = { ...pointed.value, replica };
          }}
        />
      ))}
    </g>
  );
}

type LineProps = {
  name: string;
  y: number;
  layout: Layout;
  stretches: Stretch[];
  version: string;
  chosen: boolean;
  choose: () => void;
};

function Line({ name, y, layout, stretches, version, chosen, choose }: LineProps) {
  const { rowHeight } = layout.lines;
  const last = stretches.at(-1);
  const shown = shortened(name, Math.floor((layout.names - 14) / CHARACTER_WIDTH));
  // Who speaks to the page says what is read on it: a shortened name stands in the label as it is seen.
  const spoken = shown === name ? name : `${shown} (${name})`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button of its own.
    <g
      class={`line ${chosen ? "chosen" : ""}`}
      role="button"
      tabindex={0}
      aria-pressed={chosen}
      aria-label={`${spoken}: ${last ? `${last.version}, ${last.condition}` : "nothing runs"}`}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        choose();
      }}
    >
      <rect class="ground" x={0} y={y} width={layout.width} height={rowHeight} />
      <line x1={layout.names} x2={layout.width - 12} y1={y + rowHeight / 2} y2={y + rowHeight / 2} />
      {rowHeight >= NAMED_FROM_HEIGHT && (
        <text x={6} y={y + rowHeight / 2 + 4}>
          {shown}
        </text>
      )}
      {stretches.map((one) => (
        <Note key={one.from} stretch={one} y={y} layout={layout} version={version} name={name} />
      ))}
    </g>
  );
}

type NoteProps = { stretch: Stretch; y: number; layout: Layout; version: string; name: string };

function Note({ stretch, y, layout, version, name }: NoteProps) {
  const x = layout.time.at(stretch.from);
  const width = Math.max(1.5, layout.time.at(stretch.to) - x);
  const { rowHeight } = layout.lines;
  const thick = rowHeight * (stretch.condition === "leaving" ? 0.28 : 0.6);
  const middle = y + rowHeight / 2;
  const release = stretch.version === version ? "new" : "old";
  return (
    <g class={`note ${release} ${stretch.condition}`}>
      <title>{`${name}: ${stretch.version}, ${stretch.condition}`}</title>
      <rect x={x} y={middle - thick / 2} width={width} height={thick} rx={Math.min(4, thick / 2)} />
      {stretch.condition === "failed" && rowHeight >= NAMED_FROM_HEIGHT && (
        <text class="sign" x={x + Math.min(8, width / 2)} y={middle + 4} text-anchor="middle">
          ✕
        </text>
      )}
    </g>
  );
}

/** The end of a name tells more than its beginning. */
export function shortened(name: string, most: number): string {
  return name.length > most ? `…${name.slice(-(most - 1))}` : name;
}
