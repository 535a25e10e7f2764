// Every role of an installation, in one list that both builders go through: whose it is, which service may assume it, and
// what it may do.
import type { Blueprint } from "./blueprint.ts";
import type { Statement } from "./statement.ts";

export type RoleBlueprint = { short: string; service: string; statements: Statement[] };

type Parts = Pick<
  Blueprint,
  "functions" | "stateMachines" | "projects" | "schedules" | "appFunctionRole" | "appScheduleRole"
>;

export function rolesOf(plan: Parts): RoleBlueprint[] {
  const assumedBy = (service: string) => (one: { short: string; statements: Statement[] }) => ({
    short: one.short,
    service: `${service}.amazonaws.com`,
    statements: one.statements,
  });
  return [
    ...plan.functions.map(assumedBy("lambda")),
    ...plan.stateMachines.map(assumedBy("states")),
    ...plan.projects.map(assumedBy("codebuild")),
    ...plan.schedules.map(assumedBy("scheduler")),
    assumedBy("lambda")(plan.appFunctionRole),
    assumedBy("scheduler")(plan.appScheduleRole),
  ];
}
