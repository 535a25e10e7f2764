// Service Connect as the sandbox keeps it, plain data: what a service offers under which name, and what its tasks can reach.
import type { ServiceConnectConfiguration } from "@aws-sdk/client-ecs";

/** An endpoint of a namespace: `dnsName:port` leads to the tasks behind `discoveryArn`, the service in Cloud Map. */
export type Endpoint = {
  discoveryName: string;
  discoveryArn: string;
  dnsName: string;
  port: number;
  protocol: "http" | "tcp";
  /** 0: as long as it takes. */
  requestSeconds: number;
};

/** An endpoint of one's own: where a task listens for it. */
export type Offer = Endpoint & { containerPort: number };

/** Of a service revision. `asked` is what DescribeServices answers. */
export type Connect = { asked: ServiceConnectConfiguration; namespaceArn: string; offers: Offer[] };

/** The one that was asked for with `enabled: false` is none. */
export type MaybeConnect = Connect | { asked: ServiceConnectConfiguration; namespaceArn?: undefined };

export function offersOf(connect: MaybeConnect | undefined): Offer[] {
  return connect?.namespaceArn === undefined ? [] : connect.offers;
}
