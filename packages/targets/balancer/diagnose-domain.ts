// Whether names of an environment's domain lead to its load balancer, over TLS: the listener and its certificate as a client meets them, and
// the record. An internal load balancer is not reached from here, and neither are private zones.
import { lookup } from "node:dns/promises";
import { checkServerIdentity, connect } from "node:tls";
import type {
  ElasticLoadBalancingV2Client,
  LoadBalancer as Found,
  Listener,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Domain } from "#core/domain/environment.ts";
import { type Check, check } from "#core/driver/diagnosis.ts";
import { listListeners } from "./list.ts";

const HANDSHAKE_MILLISECONDS = 5_000;
/** A name that no app has: what a certificate and a record say of it, they say of all. */
const ANY = "tutti-doctor";

export async function diagnoseDomain(
  elb: ElasticLoadBalancingV2Client,
  domain: Domain,
  balancer: Found,
): Promise<Check[]> {
  const host = `${ANY}.${domain.name}`;
  return [
    await check(
      "domain.listenerArn",
      `Name the load balancer's HTTPS listener, and give it a certificate for *.${domain.name} (examples/platform makes both).`,
      async () => {
        const listener = await httpsListener(elb, domain, balancer);
        if (balancer.Scheme === "internal")
          return "It speaks HTTPS; what its certificate says is not seen from outside of the network.";
        return certificateFor(host, balancer.DNSName ?? "", listener.Port ?? 443);
      },
    ),
    await check(
      "domain.name",
      `Make the record *.${domain.name}, an alias of ${balancer.DNSName} (examples/platform does).`,
      () => recordOf(host, balancer),
    ),
  ];
}

async function httpsListener(
  elb: ElasticLoadBalancingV2Client,
  { listenerArn }: Domain,
  { LoadBalancerArn, DNSName }: Found,
): Promise<Listener> {
  const listeners = await listListeners(elb, LoadBalancerArn!);
  const found = listeners.find((one) => one.ListenerArn === listenerArn);
  if (!found) throw new Error(`${DNSName} has no listener ${listenerArn}.`);
  if (found.Protocol !== "HTTPS") throw new Error(`It speaks ${found.Protocol}, not HTTPS.`);
  return found;
}

/** Shakes hands as a client does. Who signed it is told and not judged: clients may trust an authority of their own. */
function certificateFor(host: string, address: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, servername: host, rejectUnauthorized: false }, () => {
      const certificate = socket.getPeerCertificate();
      const wrong = checkServerIdentity(host, certificate);
      const ended = new Date(certificate.valid_to).getTime() < Date.now();
      const doubt = socket.authorizationError
        ? ` Its signature is not trusted here: ${socket.authorizationError}.`
        : "";
      socket.destroy();
      if (wrong)
        reject(new Error(`Its certificate is not for ${host}: it names ${certificate.subjectaltname}.`));
      else if (ended) reject(new Error(`Its certificate ended on ${certificate.valid_to}.`));
      else
        resolve(
          `Its certificate names ${certificate.subjectaltname}, until ${certificate.valid_to}.${doubt}`,
        );
    });
    socket.setTimeout(HANDSHAKE_MILLISECONDS, () =>
      socket.destroy(new Error(`It did not answer within ${HANDSHAKE_MILLISECONDS / 1000} s.`)),
    );
    socket.on("error", reject);
  });
}

async function recordOf(host: string, { Scheme, DNSName }: Found): Promise<string> {
  if (Scheme === "internal")
    return "The load balancer is internal: its names are not looked up from outside.";
  const { address } = await lookup(host).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${host} has no address: ${error.code}.`);
  });
  return `${host} leads to ${address}; the load balancer is ${DNSName}.`;
}
