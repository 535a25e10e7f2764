// Namespaces of the sandbox's Cloud Map, who is found in them, and a caller who goes by name alone.
import { setTimeout } from "node:timers/promises";
import {
  CreatePrivateDnsNamespaceCommand,
  DiscoverInstancesCommand,
  GetOperationCommand,
  type ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";

/** Its ARN. */
export async function aNamespace(discovery: ServiceDiscoveryClient, Name: string): Promise<string> {
  const { OperationId } = await discovery.send(new CreatePrivateDnsNamespaceCommand({ Name, Vpc: "vpc-1" }));
  const { Operation } = await discovery.send(new GetOperationCommand({ OperationId }));
  return `arn:aws:servicediscovery:us-east-1:000000000000:namespace/${Operation!.Targets!.NAMESPACE}`;
}

/** What is found under a name now: `id address:port`. */
export async function foundUnder(
  discovery: ServiceDiscoveryClient,
  NamespaceName: string,
  ServiceName: string,
): Promise<string[]> {
  const { Instances = [] } = await discovery.send(
    new DiscoverInstancesCommand({ NamespaceName, ServiceName }),
  );
  return Instances.map(
    ({ InstanceId, Attributes }) =>
      `${InstanceId} ${Attributes!.AWS_INSTANCE_IPV4}:${Attributes!.AWS_INSTANCE_PORT}`,
  ).sort();
}

/** Asks for the name again and again and calls whatever is found, without the balancer. */
export function callsByName(discovery: ServiceDiscoveryClient, namespace: string, app: string) {
  const seen = { calls: 0, failed: [] as string[], counts: new Set<number>() };
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const found = await foundUnder(discovery, namespace, app);
      seen.counts.add(found.length);
      for (const one of found) {
        seen.calls += 1;
        const answer = await fetch(`http://${one.split(" ")[1]}/`).catch((error) => error);
        if (!answer.ok) seen.failed.push(`${one}: ${answer.status ?? answer.cause}`);
      }
      await setTimeout(20);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await running;
      return seen;
    },
  };
}
