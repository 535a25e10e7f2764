// The client of Cloud Map: a chunk of its own, read when an environment names a namespace.
import type { ServiceDiscoveryClient } from "@aws-sdk/client-servicediscovery";
import { awsOptions } from "./aws-options.ts";

/** Has a client's calls counted. */
type Count = (client: ServiceDiscoveryClient) => ServiceDiscoveryClient;

export function cloudMap(count: Count): () => Promise<ServiceDiscoveryClient> {
  let made: Promise<ServiceDiscoveryClient> | undefined;
  return () => {
    made ??= import("@aws-sdk/client-servicediscovery").then(({ ServiceDiscoveryClient: Client }) =>
      count(new Client(awsOptions())),
    );
    return made;
  };
}
