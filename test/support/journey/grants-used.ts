// Every grant of an installation as one line, and which of them an open house has used so far. A grant is one action of one role on one
// of its statement's resources; it counts as used where nothing else would have allowed a call that was made, so that without it
// that call is denied.
import type { Blueprint } from "#infra/blueprint.ts";
import { rolesOf } from "#infra/roles.ts";
import type { Statement } from "#infra/statement.ts";
import type { Sandbox } from "#sandbox/sandbox.ts";

export function grantsIn(plan: Blueprint): string[] {
  return rolesOf(plan).flatMap(({ short, statements }) =>
    statements.flatMap((one) =>
      one.actions.flatMap((action) =>
        one.resources.map((resource) => lineOf(short, action, resource, keysOf(one))),
      ),
    ),
  );
}

export function usedIn(plan: Blueprint, sandbox: Sandbox): Set<string> {
  const lines = rolesOf(plan).flatMap(({ short }) =>
    sandbox.askedBy(plan.names.roleArn(short)).allowed.map(({ action, statement, resource }) =>
      lineOf(
        short,
        action,
        resource ?? "several",
        (statement?.conditions ?? []).map(({ key, values }) => `${key}=${values}`),
      ),
    ),
  );
  return new Set(lines);
}

export function deniedIn(plan: Blueprint, sandbox: Sandbox): string[] {
  return rolesOf(plan).flatMap(({ short }) =>
    sandbox.askedBy(plan.names.roleArn(short)).denied.map((one) => `${short}: ${one}`),
  );
}

/** `arn:aws:service:region:account:` says nothing here. */
function lineOf(short: string, action: string, resource: string, conditions: string[]): string {
  const where = resource.replace(/^arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d*:/, "");
  return [short, action, where, ...conditions].join(" ");
}

function keysOf({ conditions = {} }: Statement): string[] {
  return Object.values(conditions).flatMap((keys) =>
    Object.entries(keys).map(([key, value]) => `${key}=${value}`),
  );
}
