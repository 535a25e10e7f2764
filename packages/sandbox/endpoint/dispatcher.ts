// The one way to a handler, from the wire and from the other services alike: first IAM, then the handler. An operation
// without a handler is an error that names it.
import { AwsError, type Service } from "../platform.ts";

/** A service as the others see it; its wire format is somebody else's matter. */
export type Callable = Pick<
  Service,
  | "name"
  | "handlers"
  | "iamPrefix"
  | "iamActions"
  | "iamResources"
  | "iamContext"
  | "iamAlso"
  | "start"
  | "stop"
>;

export type Authorize = (
  principal: string,
  action: string,
  resource: string,
  context?: Record<string, string>,
) => void;

export type Dispatcher = {
  call(service: string, operation: string, input: unknown, principal: string): Promise<unknown>;
};

export function createDispatcher(services: Iterable<Callable>, authorize: Authorize): Dispatcher {
  const byName = new Map([...services].map((service) => [service.name, service]));
  return {
    async call(name, operation, input, principal) {
      const service = byName.get(name);
      if (!service) throw new AwsError("NotImplemented", `The sandbox has no service ${name}.`);
      const handler = service.handlers[operation];
      if (!handler)
        throw new AwsError("NotImplemented", `The sandbox does not implement ${name}:${operation}.`);
      if (principal !== "root") checkAccess(service, operation, input, principal, authorize);
      return handler(input, { principal });
    },
  };
}

function checkAccess(
  service: Callable,
  operation: string,
  input: unknown,
  principal: string,
  authorize: Authorize,
): void {
  const actions = service.iamActions?.[operation] ?? [`${service.iamPrefix ?? service.name}:${operation}`];
  const resources = service.iamResources?.[operation]?.(input) ?? ["*"];
  for (const action of actions)
    for (const resource of resources) authorize(principal, action, resource, service.iamContext?.(resource));
  for (const also of service.iamAlso?.[operation]?.(input) ?? [])
    authorize(principal, also.action, also.resource, also.context);
}
