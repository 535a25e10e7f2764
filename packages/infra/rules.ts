// Which events of the account's default bus, or of the installation's own, call which function.
import { HOLD_PREFIX } from "#core/domain/kept-image.ts";
import type { Installation, Names } from "./names.ts";

export type RuleBlueprint = {
  short: string;
  name: string;
  /** Left out: the account's default one. */
  bus?: string;
  pattern: Record<string, unknown>;
  target: string;
};

export function rulesOf(installation: Installation, names: Names): RuleBlueprint[] {
  return [
    {
      short: "artifact",
      name: `${installation.name}-artifact`,
      pattern: artifactPattern(names),
      target: "events-artifact",
    },
    {
      short: "image",
      name: `${installation.name}-image`,
      pattern: imagePattern(names),
      target: "events-image",
    },
    {
      short: "deploy",
      name: `${installation.name}-deploy`,
      pattern: deployPattern(installation),
      target: "events-deploy",
    },
    {
      short: "execution-ended",
      name: `${installation.name}-execution-ended`,
      pattern: endedPattern(names),
      target: "events-sweep",
    },
    {
      short: "notice",
      name: `${installation.name}-notice`,
      bus: names.bus,
      // Most environments have no receivers: then the function is not called at all.
      pattern: { source: ["tutti"], detail: { installation: [names.bus], receivers: [{ exists: true }] } },
      target: "events-notify",
    },
  ];
}

function artifactPattern(names: Names): Record<string, unknown> {
  return {
    source: ["aws.s3"],
    "detail-type": ["Object Created"],
    detail: { bucket: { name: [names.bucket] }, object: { key: [{ prefix: "releases/" }] } },
  };
}

function imagePattern(names: Names): Record<string, unknown> {
  return {
    source: ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    detail: {
      "action-type": ["PUSH"],
      result: ["SUCCESS"],
      "repository-name": [{ prefix: names.imageRepositoryPrefix }],
      // Whoever registers a release tags its image.
      "image-tag": [{ "anything-but": { prefix: HOLD_PREFIX } }],
    },
  };
}

/** The bus is shared with whatever else runs in the account, other installations included. */
function deployPattern({ name }: Installation): Record<string, unknown> {
  return {
    $or: [{ source: ["tutti.deploy"] }, { "detail-type": ["tutti.deploy"] }],
    detail: { installation: [name, { exists: false }] },
  };
}

function endedPattern(names: Names): Record<string, unknown> {
  return {
    source: ["aws.states"],
    "detail-type": ["Step Functions Execution Status Change"],
    detail: {
      stateMachineArn: [names.rolloutArn, names.trainArn, names.healArn],
      status: ["FAILED", "TIMED_OUT", "ABORTED"],
    },
  };
}
