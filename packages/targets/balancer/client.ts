// One call to Elastic Load Balancing, which has a word of its own for what somebody may not do.
import { callAws } from "#targets/host/call-aws.ts";

export function callElb<Output>(
  operation: string,
  send: (options: { abortSignal: AbortSignal }) => Promise<Output>,
): Promise<Output> {
  const action = `elasticloadbalancing:${operation}`;
  return callAws(action, (abortSignal) => send({ abortSignal }), "OperationNotPermittedException");
}
