// Listeners that speak HTTPS, as clients see them: real TLS with a certificate that IAM keeps, and plain HTTP that is sent there.
import { createServer } from "node:http";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateRuleCommand,
  CreateTargetGroupCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { DeleteServerCertificateCommand, GetServerCertificateCommand, IAMClient } from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { type MadeDomain, makeDomain } from "#test/support/its-domain.ts";
import { shared } from "#test/support/shared.ts";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const app = createServer((incoming, outgoing) => {
  const { host, "x-forwarded-proto": protocol, "x-forwarded-port": port } = incoming.headers;
  outgoing.end(`${protocol} ${port} ${host}`);
});
let running: RunningSandbox;
let elb: ElasticLoadBalancingV2Client;
let iam: IAMClient;
let front: { arn: string; address: string };
let made: MadeDomain;

function clientsOf({ sandbox }: RunningSandbox) {
  const access = {
    region: "us-east-1",
    endpoint: sandbox.endpoint,
    credentials: sandbox.rootCredentials,
    maxAttempts: 1,
  };
  elb = new ElasticLoadBalancingV2Client(access);
  iam = new IAMClient(access);
}

shared(open, close);

async function open(): Promise<void> {
  await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
  running = await runSandbox();
  clientsOf(running);
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({ Name: "front", Subnets: ["subnet-1"] }),
  );
  const { LoadBalancerArn, DNSName } = LoadBalancers![0]!;
  front = { arn: LoadBalancerArn!, address: DNSName! };
  made = await makeDomain({ elb, iam }, front);
  const forward = [{ Type: "forward" as const, TargetGroupArn: await aHealthyGroup() }];
  await elb.send(
    new CreateRuleCommand({
      ListenerArn: made.domain.listenerArn,
      Priority: 100,
      Conditions: [{ Field: "host-header", HostHeaderConfig: { Values: [`shop.${made.domain.name}`] } }],
      Actions: forward,
    }),
  );
}

async function close(): Promise<void> {
  app.close();
  app.closeAllConnections();
  await running?.stop();
}

async function aHealthyGroup(): Promise<string> {
  const shape = { Name: "shop", Protocol: "HTTP" as const, Port: 80, TargetType: "ip" as const };
  const { TargetGroups } = await elb.send(new CreateTargetGroupCommand(shape));
  const { TargetGroupArn } = TargetGroups![0]!;
  const { port } = app.address() as { port: number };
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] }));
  return TargetGroupArn!;
}

const url = (name: string) => `https://${name}.${made.domain.name}:${made.port}`;

test("a name is asked for over TLS, its rule is found, and the app is told how it was asked", async () => {
  const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn: front.arn }));
  expect(Listeners![0]).toMatchObject({
    Protocol: "HTTPS",
    Port: made.port,
    Certificates: [{ CertificateArn: "arn:aws:iam::000000000000:server-certificate/apps.example.test" }],
  });
  await expect.poll(async () => (await made.ask(url("shop"))).status).toBe(200);
  expect((await made.ask(url("shop"))).body).toBe(`https ${made.port} shop.apps.example.test:${made.port}`);
  expect((await made.ask(url("nobody"))).status).toBe(404);
});

test("who does not trust the certificate, or asks for a name that it has not, is not answered", async () => {
  await expect(fetch(`https://${front.address}:${made.port}`)).rejects.toThrow();
  await expect(made.ask(`https://shop.example.test:${made.port}`)).rejects.toMatchObject({
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
});

test("plain HTTP is sent to HTTPS, with path and query kept", async () => {
  const redirect = (config: object) =>
    elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: front.arn,
        Protocol: "HTTP",
        Port: 8081,
        DefaultActions: [{ Type: "redirect", RedirectConfig: { StatusCode: "HTTP_301", ...config } }],
      }),
    );
  await expect(redirect({})).rejects.toThrow(/must change/);
  await redirect({ Protocol: "HTTPS", Port: String(made.port) });
  const answer = await fetch(`http://${front.address}:8081/a/b?c=d&e`, { redirect: "manual" });
  expect(answer.status).toBe(301);
  expect(answer.headers.get("location")).toBe(`https://${front.address}:${made.port}/a/b?c=d&e`);
});

test("HTTPS takes one certificate that is there, HTTP none; keys are never shown", async () => {
  const listen = (Protocol: "HTTP" | "HTTPS", ...arns: string[]) =>
    elb.send(
      new CreateListenerCommand({
        LoadBalancerArn: front.arn,
        Protocol,
        Port: 8090,
        Certificates: arns.map((CertificateArn) => ({ CertificateArn })),
        DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "404" } }],
      }),
    );
  await expect(listen("HTTPS")).rejects.toThrow(/exactly one certificate/);
  await expect(listen("HTTPS", "arn:aws:iam::000000000000:server-certificate/none")).rejects.toMatchObject({
    name: "CertificateNotFoundException",
  });
  await expect(listen("HTTP", "arn:aws:iam::000000000000:server-certificate/none")).rejects.toThrow(/HTTPS/);
  const known = await iam.send(new GetServerCertificateCommand({ ServerCertificateName: made.domain.name }));
  expect(known.ServerCertificate).not.toHaveProperty("PrivateKey");
});

test("after a restart the certificate and the listener are there again", async () => {
  await running.stop();
  running = await runSandbox(running.directory);
  clientsOf(running);
  await expect.poll(async () => (await made.ask(url("shop"))).status).toBe(200);
  await iam.send(new DeleteServerCertificateCommand({ ServerCertificateName: made.domain.name }));
  await expect(
    iam.send(new GetServerCertificateCommand({ ServerCertificateName: made.domain.name })),
  ).rejects.toThrow(/cannot be found/);
});
