// The namespace that an environment names: looked at and never changed.
import {
  GetNamespaceCommand,
  type Namespace,
  type ServiceDiscoveryClient,
} from "@aws-sdk/client-servicediscovery";
import { callAws } from "#targets/host/call-aws.ts";

export async function readNamespace(
  client: ServiceDiscoveryClient,
  Id: string,
): Promise<Namespace | undefined> {
  const answer = await callAws("servicediscovery:GetNamespace", (abortSignal) =>
    client.send(new GetNamespaceCommand({ Id }), { abortSignal }),
  );
  return answer.Namespace;
}
