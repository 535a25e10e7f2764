// `tutti doctor ENV`: whether what an environment names is there and can be used, and what to do where it is not.
import type { Command } from "commander";
import type { DiagnosisView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit-code.ts";
import type { Style } from "../style.ts";

export function addDoctor(program: Command, context: Context): void {
  program
    .command("doctor")
    .description("look at an environment's settings and permissions, and say what is wrong; changes nothing")
    .argument("<environment>")
    .action((environment: string) => doctor(context, environment));
}

async function doctor(context: Context, environment: string): Promise<void> {
  const diagnosis = await context.client().environments.doctor(environment);
  context.print(diagnosis, () => linesOf(diagnosis, context.style));
  if (!diagnosis.ok) context.exitWith(EXIT.endedOtherwise);
}

function linesOf({ environment, checks }: DiagnosisView, style: Style): string[] {
  const wrong = checks.filter((one) => !one.ok).length;
  const summary = wrong === 0 ? "all well" : `${wrong} of ${checks.length} checks found something wrong`;
  return [
    ...checks.flatMap(({ path, ok, detail, mend }) => [
      `${ok ? style.green("✓") : style.red("✗")} ${path}: ${detail}`,
      ...(mend === null ? [] : [`    ${mend}`]),
    ]),
    `${environment}: ${summary}`,
  ];
}
