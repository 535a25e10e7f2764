// What a service says of an ARN of its own that is another region's. Those that are not here look ARNs up as they are, and do not find it.
import { AwsError } from "../platform.ts";

const SERVICES: Record<string, (theirs: string, own: string) => AwsError> = {
  // As it was answered to callers (github.com/alexcasalboni/aws-lambda-power-tuning, issue 18).
  lambda: (theirs, own) =>
    new AwsError(
      "ResourceNotFoundException",
      `Functions from '${theirs}' are not reachable in this region ('${own}')`,
    ),
  // As it was answered to callers (github.com/aws/aws-cli, issue 3175).
  ecs: () => new AwsError("InvalidParameterException", "Invalid Region in ARN"),
};

/** Looks at the input's own fields and at lists of them. Throws the service's error. */
export function assertOwnRegion(own: string, service: string, input: unknown): void {
  const refuse = SERVICES[service];
  if (!refuse || input === null || typeof input !== "object") return;
  const start = `arn:aws:${service}:`;
  for (const value of Object.values(input).flat()) {
    if (typeof value !== "string" || !value.startsWith(start)) continue;
    const theirs = value.slice(start.length).split(":")[0]!;
    if (theirs !== own) throw refuse(theirs, own);
  }
}
