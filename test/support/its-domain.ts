// What a platform makes for an environment that has a domain: a listener that speaks HTTPS with a certificate for every name of it, and
// a client that knows names and trusts the certificate.
import {
  CreateListenerCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { type IAMClient, UploadServerCertificateCommand } from "@aws-sdk/client-iam";
import type { Domain } from "#core/domain/environment.ts";
import { askByName, type Heard } from "./ask-by-name.ts";
import { aCertificate } from "./certificate.ts";

export type MadeDomain = {
  domain: Domain;
  port: number;
  ask(url: string, path?: string): Promise<Heard>;
  /** Asks again and again until it is stopped. */
  load(url: string): { stop(): Promise<{ sent: number; failed: number }> };
};

export async function makeDomain(
  clients: { elb: ElasticLoadBalancingV2Client; iam: IAMClient },
  balancer: { arn: string; address: string },
  name = "apps.example.test",
  port = 8443,
): Promise<MadeDomain> {
  const { cert, key } = aCertificate(`*.${name}`);
  const uploaded = await clients.iam.send(
    new UploadServerCertificateCommand({
      ServerCertificateName: name,
      CertificateBody: cert,
      PrivateKey: key,
    }),
  );
  const CertificateArn = uploaded.ServerCertificateMetadata!.Arn!;
  const { Listeners } = await clients.elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer.arn,
      Protocol: "HTTPS",
      Port: port,
      Certificates: [{ CertificateArn }],
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
    }),
  );
  const ask = (url: string, path?: string) => askByName(url, balancer.address, cert, path);
  return {
    domain: { name, listenerArn: Listeners![0]!.ListenerArn! },
    port,
    ask,
    load: (url) => keepAsking(() => ask(url)),
  };
}

function keepAsking(ask: () => Promise<Heard>) {
  const counts = { sent: 0, failed: 0 };
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      counts.sent++;
      const ok = await ask().then(
        ({ status }) => status === 200,
        () => false,
      );
      if (!ok) counts.failed++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return counts;
    },
  };
}
