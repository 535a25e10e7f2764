// Task definitions: a family and its revisions. A revision never changes; a number is never given twice.
import type {
  DeleteTaskDefinitionsRequest,
  DeregisterTaskDefinitionRequest,
  DescribeTaskDefinitionRequest,
  ListTaskDefinitionFamiliesRequest,
  ListTaskDefinitionsRequest,
  RegisterTaskDefinitionRequest,
  TaskDefinition,
} from "@aws-sdk/client-ecs";
import { pageOf } from "../machines/pages.ts";
import type { Caller, Handler } from "../platform.ts";
import { clientError } from "./faults.ts";
import type { Definition } from "./model.ts";
import { arnOf } from "./names.ts";
import { definitionOf, type State, save } from "./state.ts";
import { checkDefinition } from "./task-definition-checks.ts";

export function taskDefinitionHandlers(state: State): Record<string, Handler> {
  return {
    RegisterTaskDefinition: async (input: RegisterTaskDefinitionRequest, caller: Caller) => {
      const { tags = [], ...checked } = checkDefinition(input);
      const definition = newRevision(state, checked, caller);
      state.definitions.set(definition.arn, { ...definition, tags });
      await save(state);
      return { taskDefinition: describe(definition), tags };
    },
    DescribeTaskDefinition: (input: DescribeTaskDefinitionRequest) => {
      const found = find(state, input.taskDefinition);
      const tags = input.include?.includes("TAGS") ? found.tags : undefined;
      return { taskDefinition: describe(found), tags };
    },
    ListTaskDefinitions: (input: ListTaskDefinitionsRequest) => {
      const status = input.status ?? "ACTIVE";
      const all = sorted(state)
        .filter((one) => one.status === status)
        .filter((one) => !input.familyPrefix || one.family === input.familyPrefix);
      if (input.sort === "DESC") all.reverse();
      const page = pageOf(all, input.maxResults ?? 100, input.nextToken);
      return { taskDefinitionArns: page.items.map(({ arn }) => arn), nextToken: page.next };
    },
    ListTaskDefinitionFamilies: (input: ListTaskDefinitionFamiliesRequest) => {
      const status = input.status ?? "ALL";
      const active = new Set(
        sorted(state)
          .filter(isActive)
          .map(({ family }) => family),
      );
      const families = [...new Set(sorted(state).map(({ family }) => family))]
        .filter((family) => family.startsWith(input.familyPrefix ?? ""))
        .filter((family) => status === "ALL" || active.has(family) === (status === "ACTIVE"));
      const page = pageOf(families, input.maxResults ?? 100, input.nextToken);
      return { families: page.items, nextToken: page.next };
    },
    DeregisterTaskDefinition: async (input: DeregisterTaskDefinitionRequest) => {
      if (!input.taskDefinition?.includes(":")) throw clientError("The revision is missing.");
      const found = find(state, input.taskDefinition);
      if (found.status === "ACTIVE") {
        found.status = "INACTIVE";
        found.deregisteredAt = state.platform.now();
      }
      await save(state);
      return { taskDefinition: describe(found) };
    },
    DeleteTaskDefinitions: async (input: DeleteTaskDefinitionsRequest) => {
      const asked = (input.taskDefinitions ?? []).map((name) => find(state, name));
      const active = asked.filter(({ status }) => status === "ACTIVE");
      const gone = asked.filter(({ status }) => status !== "ACTIVE");
      for (const one of gone) one.status = "DELETE_IN_PROGRESS";
      await save(state);
      return {
        taskDefinitions: gone.map(describe),
        failures: active.map(({ arn }) => ({
          arn,
          reason:
            "The specified task definition is still in ACTIVE status. Please deregister the target and retry.",
        })),
      };
    },
  };
}

const isActive = ({ status }: Definition) => status === "ACTIVE";

function sorted(state: State): Definition[] {
  return [...state.definitions.values()].sort((a, b) =>
    a.family === b.family ? a.revision - b.revision : a.family < b.family ? -1 : 1,
  );
}

function find(state: State, reference: string | undefined): Definition {
  const found = definitionOf(state, reference ?? "");
  if (!found) throw clientError("Unable to describe task definition.");
  return found;
}

function newRevision(state: State, input: RegisterTaskDefinitionRequest, caller: Caller): Definition {
  const family = input.family!;
  const latest = Math.max(
    0,
    ...[...state.definitions.values()].filter((one) => one.family === family).map((one) => one.revision),
  );
  const revision = latest + 1;
  return {
    arn: arnOf(state.platform, "task-definition", `${family}:${revision}`),
    family,
    revision,
    status: "ACTIVE",
    input,
    registeredAt: state.platform.now(),
    registeredBy: caller.principal,
    tags: [],
  };
}

function describe(definition: Definition): TaskDefinition {
  const { input } = definition;
  const isFargate = input.requiresCompatibilities?.includes("FARGATE");
  return {
    ...input,
    taskDefinitionArn: definition.arn,
    revision: definition.revision,
    status: definition.status,
    // Whatever suits Fargate runs on instances too.
    compatibilities: isFargate ? ["EC2", "FARGATE"] : ["EC2"],
    registeredAt: new Date(definition.registeredAt),
    deregisteredAt: definition.deregisteredAt === undefined ? undefined : new Date(definition.deregisteredAt),
    registeredBy: definition.registeredBy,
  };
}
