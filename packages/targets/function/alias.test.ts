import {
  GetAliasCommand,
  LambdaClient,
  PreconditionFailedException,
  UpdateAliasCommand,
} from "@aws-sdk/client-lambda";
import { expect, test } from "vitest";
import { mocked } from "#test/support/mocked.ts";
import { moveAlias, nextRouting } from "./alias.ts";

const CLOCK = { now: () => Date.UTC(2026, 0, 5, 12) };

const alias = (percents: Record<string, number>) => ({
  percents: new Map(Object.entries(percents)),
  revisionId: "r1",
});

test("the first version gets everything, whatever was wished for", () => {
  expect(nextRouting(null, { lambdaVersion: "1", percent: 10 })).toEqual({ primary: "1" });
});

test("a shift leaves the old version first and gives the new one its share", () => {
  expect(nextRouting(alias({ 1: 100 }), { lambdaVersion: "2", percent: 10 })).toEqual({
    primary: "1",
    other: { lambdaVersion: "2", percent: 10 },
  });
});

test("at 100 percent the new version is alone", () => {
  expect(nextRouting(alias({ 1: 50, 2: 50 }), { lambdaVersion: "2", percent: 100 })).toEqual({
    primary: "2",
  });
});

test("a split between two others is collapsed to the heavier one before a third version comes", () => {
  expect(nextRouting(alias({ 1: 30, 2: 70 }), { lambdaVersion: "3", percent: 10 })).toEqual({ primary: "2" });
});

test("a split is collapsed to the version that is to be kept, where it is one of the two", () => {
  const wish = { lambdaVersion: "3", percent: 10 };
  expect(nextRouting(alias({ 1: 30, 2: 70 }), { ...wish, keep: "1" })).toEqual({ primary: "1" });
  expect(nextRouting(alias({ 1: 30, 2: 70 }), { ...wish, keep: "9" })).toEqual({ primary: "2" });
});

test("a wish that is fulfilled asks for nothing", () => {
  expect(nextRouting(alias({ 1: 90, 2: 10 }), { lambdaVersion: "2", percent: 10 })).toBeNull();
  expect(nextRouting(alias({ 2: 100 }), { lambdaVersion: "2", percent: 100 })).toBeNull();
  expect(nextRouting(alias({ 2: 100 }), { lambdaVersion: "2", percent: 10 })).toBeNull();
});

test("a lost race is read again and planned anew", async () => {
  const lambda = mocked(LambdaClient);
  lambda
    .on(GetAliasCommand)
    .resolvesOnce({ FunctionVersion: "1", RevisionId: "r1" })
    .resolvesOnce({
      FunctionVersion: "1",
      RoutingConfig: { AdditionalVersionWeights: { 2: 0.3 } },
      RevisionId: "r2",
    })
    .resolvesOnce({ FunctionVersion: "1", RevisionId: "r3" })
    .resolves({
      FunctionVersion: "1",
      RoutingConfig: { AdditionalVersionWeights: { 3: 0.1 } },
      RevisionId: "r4",
    });
  lambda
    .on(UpdateAliasCommand)
    .rejectsOnce(new PreconditionFailedException({ message: "changed", $metadata: {} }))
    .resolves({});
  const moved = await moveAlias(new LambdaClient({}), "f", { lambdaVersion: "3", percent: 10 }, CLOCK);
  expect(moved?.percents).toEqual(
    new Map([
      ["3", 10],
      ["1", 90],
    ]),
  );
  const writes = lambda.commandCalls(UpdateAliasCommand).map((call) => call.args[0].input);
  expect(
    writes.map((one) => [one.RevisionId, one.FunctionVersion, one.RoutingConfig?.AdditionalVersionWeights]),
  ).toEqual([
    ["r1", "1", { 3: 0.1 }],
    ["r2", "1", {}],
    ["r3", "1", { 3: 0.1 }],
  ]);
});

test("somebody who keeps changing the alias is waited for, not fought for ever", async () => {
  const lambda = mocked(LambdaClient);
  lambda.on(GetAliasCommand).resolves({ FunctionVersion: "1", RevisionId: "r" });
  lambda
    .on(UpdateAliasCommand)
    .rejects(new PreconditionFailedException({ message: "changed", $metadata: {} }));
  expect(await moveAlias(new LambdaClient({}), "f", { lambdaVersion: "2", percent: 10 }, CLOCK)).toBeNull();
});
