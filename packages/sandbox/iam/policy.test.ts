import { expect, test } from "vitest";
import { decide, matchesWildcard, parsePolicy } from "./policy.ts";

const TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/tutti";

function policy(...statements: object[]) {
  return parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
}

test("what nothing allows is denied", () => {
  const statements = policy({ Effect: "Allow", Action: "dynamodb:GetItem", Resource: TABLE });
  expect(decide(statements, "dynamodb:PutItem", TABLE)).toBe("implicitDeny");
  expect(decide([], "dynamodb:GetItem", TABLE)).toBe("implicitDeny");
});

test("an action is matched without regard to case, a resource with it", () => {
  const statements = policy({ Effect: "Allow", Action: "DynamoDB:getitem", Resource: TABLE });
  expect(decide(statements, "dynamodb:GetItem", TABLE)).toBe("allow");
  expect(decide(statements, "dynamodb:GetItem", TABLE.toUpperCase())).toBe("implicitDeny");
});

test("wildcards stand for any run of characters or for one", () => {
  expect(matchesWildcard("dynamodb:*Item", "dynamodb:GetItem")).toBe(true);
  expect(matchesWildcard("dynamodb:*Item", "dynamodb:GetItems")).toBe(false);
  expect(
    matchesWildcard("arn:aws:s3:::tutti-*/releases/*", "arn:aws:s3:::tutti-artifacts/releases/a/b"),
  ).toBe(true);
  expect(matchesWildcard("table/tutt?", "table/tutti")).toBe(true);
  expect(matchesWildcard("table/tutt?", "table/tutt")).toBe(false);
});

test("a dot in a pattern is a dot", () => {
  expect(matchesWildcard("arn:aws:s3:::my.bucket", "arn:aws:s3:::my-bucket")).toBe(false);
  expect(matchesWildcard("a.b*", "axbc")).toBe(false);
});

test("an explicit deny wins over any allow, in whichever order", () => {
  const allow = { Effect: "Allow", Action: "*", Resource: "*" };
  const deny = { Effect: "Deny", Action: "s3:Delete*", Resource: "*" };
  expect(decide(policy(allow, deny), "s3:DeleteObject", "arn:aws:s3:::b/k")).toBe("deny");
  expect(decide(policy(deny, allow), "s3:DeleteObject", "arn:aws:s3:::b/k")).toBe("deny");
  expect(decide(policy(deny, allow), "s3:GetObject", "arn:aws:s3:::b/k")).toBe("allow");
});

test("NotAction and NotResource cover everything else", () => {
  const statements = policy({ Effect: "Allow", NotAction: "iam:*", NotResource: "arn:aws:s3:::secret/*" });
  expect(decide(statements, "s3:GetObject", "arn:aws:s3:::open/k")).toBe("allow");
  expect(decide(statements, "s3:GetObject", "arn:aws:s3:::secret/k")).toBe("implicitDeny");
  expect(decide(statements, "iam:CreateRole", "*")).toBe("implicitDeny");
});

test("a single statement need not be in a list", () => {
  const statements = parsePolicy('{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*"}}');
  expect(decide(statements, "a:b", "x")).toBe("allow");
});

test.each([
  ["not json", "Syntax errors in policy."],
  ["{}", "The policy has no Statement."],
  ['{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}', "Effect must be Allow or Deny."],
  ['{"Statement":[{"Effect":"Allow","Resource":"*"}]}', "Policy statement must contain actions."],
  ['{"Statement":[{"Effect":"Allow","Action":"*"}]}', "Policy statement must contain resources."],
  [
    '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{}}}]}',
    "The sandbox does not implement the condition operator Bool.",
  ],
])("the policy %s is refused", (text, message) => {
  expect(() => parsePolicy(text)).toThrow(message);
});

test("a condition on the service that a role is passed to is judged, and a key that is not there fits nothing", () => {
  const statements = parsePolicy(
    JSON.stringify({
      Statement: {
        Effect: "Allow",
        Action: "iam:PassRole",
        Resource: "*",
        Condition: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
      },
    }),
  );
  const passedTo = (service: string) => ({ "iam:PassedToService": service });
  expect(decide(statements, "iam:PassRole", "r", passedTo("ecs-tasks.amazonaws.com"))).toBe("allow");
  expect(decide(statements, "iam:PassRole", "r", passedTo("lambda.amazonaws.com"))).toBe("implicitDeny");
  expect(decide(statements, "iam:PassRole", "r")).toBe("implicitDeny");
});

test("a negated condition fits what is not like it, and a key that is not there", () => {
  const statements = parsePolicy(
    JSON.stringify({
      Statement: {
        Effect: "Allow",
        Action: "ec2:CreateNetworkInterface",
        Resource: "*",
        Condition: { ArnNotLike: { "lambda:SourceFunctionArn": "arn:aws:lambda:r:1:function:app-*" } },
      },
    }),
  );
  const from = (name: string) => ({ "lambda:SourceFunctionArn": `arn:aws:lambda:r:1:function:${name}` });
  expect(decide(statements, "ec2:CreateNetworkInterface", "*", from("app-x"))).toBe("implicitDeny");
  expect(decide(statements, "ec2:CreateNetworkInterface", "*", from("other"))).toBe("allow");
  expect(decide(statements, "ec2:CreateNetworkInterface", "*")).toBe("allow");
});
