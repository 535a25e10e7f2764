// A domain with TLS for the environment, where PLATFORM_DOMAIN names one (`apps.example.com`) and PLATFORM_ZONE_ID a public hosted zone of
// Route 53 that it is in: one certificate and one record for all its names, so that Tutti needs no right in either. Apps are
// reached at https://<app>.<domain>.
type Front = {
  arn: $util.Output<string>;
  dnsName: $util.Output<string>;
  zoneId: $util.Output<string>;
};

/** TLS 1.2 and 1.3 (ALB user guide, "Security policies"). */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

export function settingsOfDomain(): { name: string; zoneId: string } | undefined {
  const { PLATFORM_DOMAIN: name, PLATFORM_ZONE_ID: zoneId } = process.env;
  if (!name && !zoneId) return undefined;
  if (!name || !zoneId) throw new Error("PLATFORM_DOMAIN and PLATFORM_ZONE_ID go together.");
  return { name, zoneId };
}

export function domain(front: Front, { name, zoneId }: { name: string; zoneId: string }) {
  const every = `*.${name}`;
  const certificate = new aws.acm.Certificate("Certificate", {
    domainName: every,
    validationMethod: "DNS",
  });
  const proof = certificate.domainValidationOptions.apply((options) => options[0]!);
  const record = new aws.route53.Record("CertificateRecord", {
    zoneId,
    name: proof.resourceRecordName,
    type: proof.resourceRecordType,
    records: [proof.resourceRecordValue],
    ttl: 300,
  });
  const issued = new aws.acm.CertificateValidation("CertificateIssued", {
    certificateArn: certificate.arn,
    validationRecordFqdns: [record.fqdn],
  });
  new aws.route53.Record("AppsRecord", {
    zoneId,
    name: every,
    type: "A",
    aliases: [{ name: front.dnsName, zoneId: front.zoneId, evaluateTargetHealth: false }],
  });
  const https = new aws.lb.Listener("Https", {
    loadBalancerArn: front.arn,
    protocol: "HTTPS",
    port: 443,
    sslPolicy: TLS_POLICY,
    certificateArn: issued.certificateArn,
    defaultActions: [
      {
        type: "fixed-response",
        fixedResponse: { contentType: "text/plain", statusCode: "404", messageBody: "No app has this name." },
      },
    ],
  });
  new aws.lb.Listener("Http", {
    loadBalancerArn: front.arn,
    protocol: "HTTP",
    port: 80,
    defaultActions: [
      { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } },
    ],
  });
  return { name, listenerArn: https.arn };
}
