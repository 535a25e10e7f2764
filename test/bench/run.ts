// `npm run bench [name…]`: every bench one after the other, so that none disturbs another, and one table at the end. A bench
// that breaks is a line of its own and the exit code; a slow machine is neither.
import { apiReads } from "./api-reads.ts";
import { bigRollout } from "./big-rollout.ts";
import { coldStart } from "./cold-start.ts";
import type { Bench, Figure } from "./figure.ts";
import { placement } from "./placement.ts";
import { planning } from "./planning.ts";
import { rollouts } from "./rollouts.ts";
import { ssh } from "./ssh.ts";
import { startUp } from "./start-up.ts";

const BENCHES: Bench[] = [planning, placement, startUp, coldStart, apiReads, rollouts, bigRollout, ssh];

async function main(wanted: string[]): Promise<boolean> {
  const rows: Figure[] = [];
  let whole = true;
  for (const bench of BENCHES) {
    if (wanted.length > 0 && !wanted.includes(bench.name.replace(" ", "-"))) continue;
    console.error(`${bench.name} …`);
    try {
      rows.push(...(await bench.run()));
    } catch (error) {
      whole = false;
      rows.push({ what: bench.name, measured: "failed", beside: (error as Error).message });
    }
  }
  console.log(draw([{ what: "", measured: "measured", beside: "beside" }, ...rows]));
  return whole;
}

function draw(rows: Figure[]): string {
  const width = (key: keyof Figure) => Math.max(...rows.map((row) => row[key].length));
  const [what, measured] = [width("what"), width("measured")];
  return rows
    .map((row) => `${row.what.padEnd(what)}  ${row.measured.padEnd(measured)}  ${row.beside}`.trimEnd())
    .join("\n");
}

main(process.argv.slice(2)).then(
  (whole) => process.exit(whole ? 0 : 1),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
