import { expect, test } from "vitest";
import { blueprint } from "./blueprint.ts";
import { policyDocument } from "./policy.ts";
import { rolesOf } from "./roles.ts";

const INSTALLATION = { name: "orchestra", account: "123456789012", region: "eu-central-1" };
const plan = blueprint(INSTALLATION, "0".repeat(64), {}, { targetAccounts: ["210987654321"] });

type Allowed = { Action: string[]; Resource: string[]; Condition?: object };

/** Each action on each resource under each condition. */
function singly(statements: Allowed[]): Set<string> {
  return new Set(
    statements.flatMap(({ Action, Resource, Condition = {} }) =>
      Action.flatMap((action) =>
        Resource.map((resource) => [action, resource, JSON.stringify(Condition)].join(" ")),
      ),
    ),
  );
}

test.each(rolesOf(plan))(
  "the document of $short allows what its statements say, no more and no less",
  (role) => {
    const { Statement } = JSON.parse(policyDocument(role.statements)) as { Statement: Allowed[] };
    const said = role.statements.map(({ actions, resources, conditions = {} }) => ({
      ...{ Action: actions, Resource: resources },
      Condition: conditions,
    }));
    expect(singly(Statement)).toEqual(singly(said));
  },
);

test("what is allowed on the same resources under the same conditions is said once", () => {
  const conditions = { StringLike: { "aws:ResourceTag/team": "*" } };
  const document = policyDocument([
    { actions: ["a:Read", "a:List"], resources: ["*"] },
    { actions: ["a:Write"], resources: ["*"], conditions },
    { actions: ["b:Read", "a:List"], resources: ["*"], why: "for another reason" },
    { actions: ["b:Write"], resources: ["x"] },
  ]);
  expect(JSON.parse(document).Statement).toEqual([
    { Effect: "Allow", Action: ["a:Read", "a:List", "b:Read"], Resource: ["*"] },
    { Effect: "Allow", Action: ["a:Write"], Resource: ["*"], Condition: conditions },
    { Effect: "Allow", Action: ["b:Write"], Resource: ["x"] },
  ]);
});
