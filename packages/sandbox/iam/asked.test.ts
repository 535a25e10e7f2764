// What is kept of what principals asked for: the one grant that allowed it, told once, with the first call.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openRecord, type Question } from "./asked.ts";
import { askedFile } from "./asked-file.ts";
import { decide, parsePolicy } from "./policy.ts";

const ROLE = "arn:aws:iam::000000000000:role/shop";
const QUEUE = "arn:aws:sqs:us-east-1:000000000000:orders";

const folder = mkdtempSync(join(tmpdir(), "asked-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function asks(resources: string[], resource: string, context = {}): Question {
  const Condition = { StringLike: { "aws:ResourceTag/team": "*" } };
  const Statement = [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: resources, Condition }];
  const statements = parsePolicy(JSON.stringify({ Statement }));
  const action = "sqs:SendMessage";
  return { statements, decision: decide(statements, action, resource, context), action, resource, context };
}

test("a grant's first use is a line of the file that is named, and what several grants allow is none", () => {
  const path = join(folder, "asked.jsonl");
  const record = openRecord(askedFile(path));
  const context = { "aws:ResourceTag/team": "shop" };
  record.add(ROLE, asks([QUEUE], QUEUE, context));
  record.add(ROLE, asks([QUEUE], QUEUE, { ...context, "aws:ResourceTag/team": "other" }));
  record.add(ROLE, asks([QUEUE, "*"], QUEUE, context));
  record.add(ROLE, asks([QUEUE], QUEUE));
  expect(
    readFileSync(path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      principal: ROLE,
      action: "sqs:SendMessage",
      granted: { resource: QUEUE, conditions: [{ key: "aws:ResourceTag/team", values: ["*"] }] },
      call: { resource: QUEUE, context },
    },
  ]);
  expect(record.of(ROLE).denied).toEqual([`sqs:SendMessage on ${QUEUE}`]);
});

test("where nobody wants to know, nothing is written", () => {
  expect(askedFile("")).toBeUndefined();
});
