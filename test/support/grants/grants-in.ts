// Every grant of an installation as one line: one action of one role on one of its statement's resources, and how to be without it.
import type { RoleBlueprint } from "#infra/roles.ts";
import type { Statement } from "#infra/statement.ts";

export type Grant = {
  line: string;
  short: string;
  /** What the role may do when this one is taken out. */
  without: Statement[];
};

export function grantsIn(roles: Pick<RoleBlueprint, "short" | "statements">[]): Grant[] {
  return roles.flatMap(({ short, statements }) =>
    statements.flatMap((one, index) =>
      one.actions.flatMap((action) =>
        one.resources.map((resource) => ({
          line: lineOf(short, action, resource, keysOf(one)),
          short,
          without: statements.toSpliced(index, 1, ...lessOf(one, action, resource)),
        })),
      ),
    ),
  );
}

/** The statement without that action on that resource: the action's other resources, and the other actions. */
function lessOf(one: Statement, action: string, resource: string): Statement[] {
  const parts = [
    { ...one, actions: one.actions.filter((each) => each !== action) },
    { ...one, actions: [action], resources: one.resources.filter((each) => each !== resource) },
  ];
  return parts.filter(({ actions, resources }) => actions.length > 0 && resources.length > 0);
}

/** `arn:aws:service:region:account:` says nothing here. */
export function lineOf(short: string, action: string, resource: string, conditions: string[]): string {
  const where = resource.replace(/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:/, "");
  return [short, action, where, ...conditions].join(" ");
}

function keysOf({ conditions = {} }: Statement): string[] {
  return Object.values(conditions).flatMap((keys) =>
    Object.entries(keys).map(([key, value]) => `${key}=${value}`),
  );
}
