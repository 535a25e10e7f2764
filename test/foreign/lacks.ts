// What each judge lacks of what it is asked for (capabilities/), and what it answers instead. Every line is proven in
// each run, in both directions: a judge that has learnt something makes the test fail until its line is gone here.
import type { JudgeName } from "./judges.ts";

export type Lack = {
  judge: JudgeName;
  service: string;
  capability: string;
  /** The name of its error, or what it does instead. */
  answers: string;
};

export const LACKS: Lack[] = [
  { judge: "moto", service: "CodeBuild", capability: "changes a project", answers: "HTTP 500" },
  {
    judge: "moto",
    service: "ECS",
    capability: "registers a service's tasks with its target group",
    answers: "registers none",
  },
  {
    judge: "moto",
    service: "Auto Scaling",
    capability: "replaces an instance that was marked unhealthy",
    answers: "leaves it",
  },
  {
    judge: "moto",
    service: "Auto Scaling",
    capability: "starts instances from a later version that has user data",
    answers: "HTTP 500",
  },
  { judge: "moto", service: "CloudWatch", capability: "raises an alarm", answers: "stays OK" },
  { judge: "moto", service: "ECS", capability: "brings a service to its count", answers: "runs 0 of 2" },
  {
    judge: "moto",
    service: "ECS",
    capability: "completes a deployment and lets the old one go",
    answers: "PRIMARY IN_PROGRESS",
  },
  {
    judge: "moto",
    service: "ECS",
    capability: "lists the revisions of a task definition, the newest first",
    answers: "lists 1,2",
  },
  { judge: "moto", service: "ECS", capability: "says why a task was stopped", answers: "runs no task" },
  {
    judge: "moto",
    service: "IAM",
    capability: "refuses what no policy allows",
    answers: "allows everything",
  },
  {
    judge: "moto",
    service: "Lambda",
    capability: "acts on the weights of an alias",
    answers: "one version answers everything",
  },
  {
    judge: "moto",
    service: "Lambda",
    capability: "answers at the URL of a function",
    answers: "answers 404",
  },
  {
    judge: "moto",
    service: "Lambda",
    capability: "names the runtime's own errors as Lambda does",
    answers: "no error",
  },
  {
    judge: "moto",
    service: "Lambda",
    capability: "refuses a stale revision of an alias",
    answers: "takes it",
  },
  {
    judge: "moto",
    service: "Lambda",
    capability: "runs the code of a function",
    answers: "echoes the payload",
  },
  {
    judge: "moto",
    service: "Lambda",
    capability: "tells that nothing is provisioned of a function",
    answers: "HTTP 500",
  },
  {
    judge: "moto",
    service: "Load balancer",
    capability: "sees that a target does not answer",
    answers: "always healthy",
  },
  {
    judge: "moto",
    service: "S3",
    capability: "keeps that a bucket tells EventBridge of its objects",
    answers: "takes it and does not say it again",
  },
  {
    judge: "moto",
    service: "S3",
    capability: "refuses an object whose checksum is another's",
    answers: "takes it",
  },
  { judge: "moto", service: "Scheduler", capability: "fires a schedule", answers: "never" },
  {
    judge: "moto",
    service: "Step Functions",
    capability: "catches a function's error by its name",
    answers: "another output",
  },
  { judge: "moto", service: "Step Functions", capability: "evaluates JSONata", answers: "States.Runtime" },
  {
    judge: "moto",
    service: "Step Functions",
    capability: "finds a mistake in a definition",
    answers: "HTTP 500",
  },
  {
    judge: "moto",
    service: "Step Functions",
    capability: "invokes a function and hands on what it answers",
    answers: "States.Runtime",
  },
  {
    judge: "moto",
    service: "Step Functions",
    capability: "plays a Map with an item selector",
    answers: "States.Runtime",
  },
  {
    judge: "moto",
    service: "Step Functions",
    capability: "takes a time-out that is an expression",
    answers: "States.Runtime",
  },
  { judge: "moto", service: "Step Functions", capability: "tries one state", answers: "HTTP 500" },
  {
    judge: "moto",
    service: "Step Functions",
    capability: "waits for a task token and ends at its time-out",
    answers: "States.Runtime",
  },
  { judge: "moto", service: "Systems Manager", capability: "finds hosts by tag", answers: "HTTP 500" },
  {
    judge: "moto",
    service: "Systems Manager",
    capability: "runs the command on the host",
    answers: "says Success, output empty",
  },
  {
    judge: "moto",
    service: "Systems Manager",
    capability: "tells what came of a command on each host",
    answers: "HTTP 500",
  },
  {
    judge: "MiniStack",
    service: "ECS",
    capability: "registers a service's tasks with its target group",
    answers: "registers none",
  },
  {
    judge: "MiniStack",
    service: "Application Auto Scaling",
    capability: "keeps the bounds of a service and what it aims at",
    answers: "Unknown",
  },
  {
    judge: "MiniStack",
    service: "Application Auto Scaling",
    capability: "tells that a service has no policy",
    answers: "Unknown",
  },
  {
    judge: "MiniStack",
    service: "Auto Scaling",
    capability: "keeps which processes are suspended",
    answers: "InvalidAction",
  },
  {
    judge: "MiniStack",
    service: "Auto Scaling",
    capability: "registers a group's instances with a target group",
    answers: "InvalidAction",
  },
  {
    judge: "MiniStack",
    service: "Auto Scaling",
    capability: "replaces an instance that was marked unhealthy",
    answers: "InvalidAction",
  },
  {
    judge: "MiniStack",
    service: "Auto Scaling",
    capability: "terminates one instance and lowers the count",
    answers: "InvalidAction",
  },
  {
    judge: "MiniStack",
    service: "EC2",
    capability: "makes an image of an instance",
    answers: "InvalidAction",
  },
  {
    judge: "MiniStack",
    service: "IAM",
    capability: "refuses what no policy allows",
    answers: "allows everything",
  },
  {
    judge: "MiniStack",
    service: "Lambda",
    capability: "acts on the weights of an alias",
    answers: "one version answers everything",
  },
  {
    judge: "MiniStack",
    service: "Lambda",
    capability: "names the runtime's own errors as Lambda does",
    answers: "RuntimeError",
  },
  {
    judge: "MiniStack",
    service: "Load balancer",
    capability: "keeps the weights of a listener",
    answers: "forgets them",
  },
  {
    judge: "MiniStack",
    service: "Load balancer",
    capability: "sees that a target does not answer",
    answers: "always healthy",
  },
  {
    judge: "MiniStack",
    service: "Step Functions",
    capability: "catches a function's error by its name",
    answers: "Runtime.HandlerError",
  },
  {
    judge: "MiniStack",
    service: "Step Functions",
    capability: "finds a mistake in a definition",
    answers: "says OK",
  },
  {
    judge: "MiniStack",
    service: "Step Functions",
    capability: "takes a time-out that is an expression",
    answers: "States.Runtime",
  },
  {
    judge: "MiniStack",
    service: "Systems Manager",
    capability: "runs the command on the host",
    answers: "InvalidInstanceId",
  },
  {
    judge: "MiniStack",
    service: "Systems Manager",
    capability: "takes a command for a host",
    answers: "InvalidInstanceId",
  },
  {
    judge: "MiniStack",
    service: "Systems Manager",
    capability: "tells what came of a command on each host",
    answers: "InvalidInstanceId",
  },
];

export function lackOf(judge: JudgeName, service: string, capability: string): Lack | undefined {
  return LACKS.find((one) => one.judge === judge && one.service === service && one.capability === capability);
}
