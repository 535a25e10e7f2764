import type { RegisterTaskDefinitionRequest } from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { checkDefinition, demandOf } from "./task-definition-checks.ts";

const define = (part: Partial<RegisterTaskDefinitionRequest> = {}): RegisterTaskDefinitionRequest => ({
  family: "web",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "nginx" }],
  ...part,
});

test("Fargate's sizes are those of its table, in units or in words", () => {
  for (const [cpu, memory] of [
    ["256", "2048"],
    ["1 vCPU", "2 GB"],
    ["4096", "30720"],
    ["8192", "16384"],
  ])
    expect(checkDefinition(define({ cpu, memory })).cpu).toBe(cpu);
  for (const [cpu, memory] of [
    ["256", "3072"],
    ["300", "1024"],
    ["1024", "1024"],
    ["8192", "17408"],
  ])
    expect(() => checkDefinition(define({ cpu, memory }))).toThrow("No Fargate configuration exists");
});

test("defaults are filled in as AWS answers them", () => {
  const [container] = checkDefinition(
    define({
      containerDefinitions: [{ name: "app", image: "nginx", portMappings: [{ containerPort: 80 }] }],
    }),
  ).containerDefinitions!;
  expect(container).toMatchObject({
    essential: true,
    cpu: 0,
    portMappings: [{ containerPort: 80, hostPort: 80, protocol: "tcp" }],
  });
});

test("what cannot be is refused with the place", () => {
  const wrong = (part: object) => () =>
    checkDefinition(define({ containerDefinitions: [{ name: "app", image: "nginx", ...part }] }));
  expect(wrong({ essential: false })).toThrow("at least one essential container");
  expect(wrong({ memory: 1_024 })).toThrow("must not exceed the memory of the task");
  expect(wrong({ portMappings: [{ containerPort: 80, hostPort: 81 }] })).toThrow("must match");
  expect(wrong({ healthCheck: { command: ["ls"] } })).toThrow("containerDefinitions[0].healthCheck.command");
  expect(wrong({ dependsOn: [{ containerName: "x", condition: "START" }] })).toThrow(
    "does not implement containerDefinitions[0].dependsOn",
  );
  expect(wrong({ image: "000000000000.dkr.ecr.us-east-1.amazonaws.com/web:1" })).toThrow("execution role");
});

test("without a task size the containers' own reservations count", () => {
  const containerDefinitions = [
    { name: "a", image: "x", cpu: 100, memory: 300, memoryReservation: 200 },
    { name: "b", image: "x", cpu: 50, memory: 100 },
  ];
  expect(demandOf({ family: "web", containerDefinitions })).toEqual({ cpu: 150, memory: 300 });
});
