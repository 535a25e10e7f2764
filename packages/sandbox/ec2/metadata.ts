// The metadata of an instance, over HTTP and version 2 alone: who it is, and the credentials of its profile's role. On AWS it is
// at 169.254.169.254; here on the instance's own address, to which the SDKs are led by AWS_EC2_METADATA_SERVICE_ENDPOINT.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { METADATA_PORT } from "../machines/environment.ts";
import type { Platform } from "../platform.ts";
import type { InstanceRecord, Tags } from "./model.ts";
import { findSubnet } from "./network.ts";

const VALID_MILLISECONDS = 6 * 3_600_000;

export type Metadata = {
  /** Once it is there, it answers. Asked again, nothing changes. `tags`: as they are at the moment. */
  open(instance: InstanceRecord, address: string, tags: () => Tags): Promise<void>;
  close(id: string): void;
  closeAll(): void;
};

export function createMetadata(platform: Platform): Metadata {
  const servers = new Map<string, Server>();
  const close = (id: string) => {
    servers.get(id)?.close();
    servers.get(id)?.closeAllConnections();
    servers.delete(id);
  };
  return {
    async open(instance, address, tags) {
      if (servers.has(instance.id)) return;
      const server = serve(platform, instance, address, tags);
      servers.set(instance.id, server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(METADATA_PORT, address, resolve);
        server.unref();
      });
    },
    close,
    closeAll: () => {
      for (const id of [...servers.keys()]) close(id);
    },
  };
}

type Answer = { status: number; text: string };

function serve(platform: Platform, instance: InstanceRecord, address: string, tags: () => Tags): Server {
  const token = randomBytes(40).toString("base64url");
  return createServer((request, response) => {
    const { status, text } = answerTo(request, token, {
      ...factsOf(platform, instance, address),
      ...(instance.tellsTags ? tagFacts(tags()) : {}),
    });
    response.writeHead(status, { "content-type": "text/plain" }).end(text);
  });
}

/** EC2 user guide, "Use the Instance Metadata Service": a token by PUT, and every GET with it. */
function answerTo({ method, url = "/", headers }: IncomingMessage, token: string, facts: Facts): Answer {
  if (url === "/latest/api/token") {
    if (method !== "PUT") return { status: 405, text: "" };
    const seconds = Number(headers["x-aws-ec2-metadata-token-ttl-seconds"]);
    return seconds >= 1 && seconds <= 21_600 ? { status: 200, text: token } : { status: 400, text: "" };
  }
  if (headers["x-aws-ec2-metadata-token"] !== token) return { status: 401, text: "" };
  const fact = method === "GET" ? facts[url]?.() : undefined;
  return fact === undefined ? { status: 404, text: "" } : { status: 200, text: fact };
}

type Facts = Record<string, () => string | undefined>;

function factsOf(platform: Platform, { id, subnetId, profileArn }: InstanceRecord, address: string): Facts {
  const role = profileArn?.split(":instance-profile/")[1];
  const base = "/latest/meta-data";
  return {
    [`${base}/instance-id`]: () => id,
    [`${base}/local-ipv4`]: () => address,
    [`${base}/placement/region`]: () => platform.region,
    [`${base}/placement/availability-zone`]: () => findSubnet(platform, subnetId).zone,
    ...(role && {
      [`${base}/iam/security-credentials/`]: () => role,
      [`${base}/iam/security-credentials/${role}`]: () => credentialsOf(platform, role),
    }),
  };
}

/** EC2 user guide, "View tags in instance metadata". */
function tagFacts(tags: Tags): Facts {
  const base = "/latest/meta-data/tags/instance";
  const facts = Object.entries(tags).map(([key, value]) => [`${base}/${key}`, () => value] as const);
  return { [`${base}/`]: () => Object.keys(tags).sort().join("\n"), ...Object.fromEntries(facts) };
}

/** The role of a profile has its name (permissions.ts). */
function credentialsOf(platform: Platform, role: string): string | undefined {
  const now = platform.now();
  try {
    const keys = platform.credentialsOf(`arn:aws:iam::${platform.accountId}:role/${role}`);
    return JSON.stringify({
      Code: "Success",
      LastUpdated: new Date(now).toISOString(),
      Type: "AWS-HMAC",
      AccessKeyId: keys.accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      Token: keys.sessionToken ?? "",
      Expiration: new Date(now + VALID_MILLISECONDS).toISOString(),
    });
  } catch {
    return undefined;
  }
}
