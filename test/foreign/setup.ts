// Starts the judge that a project is named after, before its first test, and ends it after the last one.
import type { TestProject } from "vitest/node";
import { JUDGES, type JudgeName } from "./judges.ts";
import { runJudge } from "./run-judge.ts";

declare module "vitest" {
  export interface ProvidedContext {
    judge: { name: JudgeName; endpoint: string };
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const name = project.name.replace("foreign-", "") as JudgeName;
  const { endpoint, stop } = await runJudge(JUDGES[name]);
  project.provide("judge", { name, endpoint });
  return stop;
}
