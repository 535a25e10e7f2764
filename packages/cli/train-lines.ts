// A train as lines: what it is, and for each stop its deployments and where they stand.
import type { TrainView } from "#client/views.ts";
import { paintOf, type Style } from "./style.ts";
import { table } from "./table.ts";

export function trainLines(train: TrainView, style: Style): string[] {
  return [trainTitle(train, style), ...memberLines(train, style), ...(train.reason ? [train.reason] : [])];
}

export function trainTitle({ id, name, status, progress }: TrainView, style: Style): string {
  const called = name === null ? "" : `  ${style.bold(name)}`;
  return `${id}${called}  ${paintOf(style, status)(status)}  ${progress.done} of ${progress.total} done`;
}

function memberLines({ stops }: TrainView, style: Style): string[] {
  const rows = stops.flatMap(({ index, deployments }) =>
    deployments.map((one, i) => [
      i === 0 ? `${index + 1}` : "",
      `${one.app}/${one.environment}`,
      `${one.previousVersion ?? "nothing"} → ${one.version}`,
      paintOf(style, one.status)(one.status),
      one.rollback ?? one.deployment ?? "–",
    ]),
  );
  return table(["STOP", "TARGET", "RELEASE", "STATUS", "DEPLOYMENT"], rows);
}
