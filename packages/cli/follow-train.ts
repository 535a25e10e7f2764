// Follows a train to its end: drawn in place on a terminal, a line per deployment that moves elsewhere, with --json nothing but the
// train as it ended. The exit code says whether it succeeded.
import type { TrainView } from "#client/views.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit-code.ts";
import { paintOf, type Style } from "./style.ts";
import { between, seconds } from "./times.ts";
import { trainLines, trainTitle } from "./train-lines.ts";

export async function followTrain(context: Context, id: string): Promise<void> {
  let last: TrainView | undefined;
  let drawn = 0;
  for await (const train of context.client().watchTrain(id)) {
    if (context.io.terminal && !context.json()) drawn = draw(context, train, drawn);
    else if (!context.json()) for (const line of newsOf(last, train, context.style)) context.line(line);
    last = train;
  }
  if (context.json()) context.print(last, () => []);
  else context.line(endLine(last!, context));
  context.exitWith(last!.status === "succeeded" ? EXIT.done : EXIT.endedOtherwise);
}

/** How many lines stand there now. */
function draw({ io, style }: Context, train: TrainView, drawn: number): number {
  const lines = trainLines({ ...train, reason: "" }, style);
  io.out(`${drawn > 0 ? `\x1b[${drawn}A` : ""}\x1b[J${lines.map((line) => `${line}\n`).join("")}`);
  return lines.length;
}

function newsOf(before: TrainView | undefined, train: TrainView, style: Style): string[] {
  const earlier = before ? membersOf(before) : [];
  const moved = membersOf(train).filter((one, i) => one.status !== earlier[i]?.status);
  return [
    ...(before ? [] : [trainTitle(train, style)]),
    ...moved.map(({ app, environment, previousVersion, version, status, reason }) => {
      const way = `${previousVersion ?? "nothing"} → ${version}`;
      const why = reason ? `: ${reason}` : "";
      return `${style.bold(`${app}/${environment}`)}  ${way}  ${paintOf(style, status)(status)}${why}`;
    }),
  ];
}

function membersOf({ stops }: TrainView) {
  return stops.flatMap((stop) => stop.deployments);
}

function endLine({ id, status, reason, createdAt, endedAt }: TrainView, { style, io }: Context): string {
  const took = seconds(between(createdAt, endedAt, io.now()));
  return `${id}: ${paintOf(style, status)(status)} after ${took}${reason ? `: ${reason}` : ""}`;
}
