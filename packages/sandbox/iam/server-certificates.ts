// Server certificates, which Elastic Load Balancing takes where ACM has none (IAM user guide, "Manage server certificates in IAM"). ACM
// itself is not implemented.
import { randomBytes, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import type * as iam from "@aws-sdk/client-iam";
import { openDocuments } from "../ground/documents.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";

type Stored = {
  id: string;
  arn: string;
  path: string;
  body: string;
  chain?: string | undefined;
  privateKey: string;
  uploadedAt: string;
};

export function serverCertificates(platform: Platform): Record<string, Handler> {
  const documents = openDocuments<Stored>(join(platform.directory, "iam", "server-certificates"));
  const publish = ({ arn, body, chain, privateKey }: Stored) =>
    platform.serverCertificates.set(arn, { cert: [body, chain].filter(Boolean).join("\n"), key: privateKey });
  const find = (name = ""): Stored => {
    const found = documents.get(name);
    if (!found)
      throw new AwsError(
        "NoSuchEntityException",
        `The Server Certificate with name ${name} cannot be found.`,
      );
    return found;
  };
  for (const one of documents.list()) publish(one);
  return {
    UploadServerCertificate(input: iam.UploadServerCertificateRequest) {
      const name = input.ServerCertificateName ?? "";
      if (!/^[\w+=,.@-]{1,128}$/.test(name))
        throw new AwsError("ValidationError", `The server certificate name ${name} is not valid.`);
      if (documents.get(name))
        throw new AwsError(
          "EntityAlreadyExistsException",
          `The Server Certificate with name ${name} already exists.`,
        );
      const stored = newCertificate(platform, name, input);
      documents.set(name, stored);
      publish(stored);
      return { ServerCertificateMetadata: describe(name, stored) };
    },
    GetServerCertificate(input: iam.GetServerCertificateRequest) {
      const stored = find(input.ServerCertificateName);
      return {
        ServerCertificate: {
          ServerCertificateMetadata: describe(input.ServerCertificateName!, stored),
          CertificateBody: stored.body,
          CertificateChain: stored.chain,
        },
      };
    },
    DeleteServerCertificate(input: iam.DeleteServerCertificateRequest) {
      platform.serverCertificates.delete(find(input.ServerCertificateName).arn);
      documents.delete(input.ServerCertificateName!);
    },
  };
}

function newCertificate(
  { accountId, now }: Platform,
  name: string,
  input: iam.UploadServerCertificateRequest,
): Stored {
  const [body, privateKey, path] = [input.CertificateBody ?? "", input.PrivateKey ?? "", input.Path ?? "/"];
  try {
    new X509Certificate(body);
    // Fails where the key is another certificate's.
    createSecureContext({ cert: body, key: privateKey });
  } catch (error) {
    throw new AwsError("MalformedCertificateException", (error as Error).message);
  }
  return {
    id: `ASCA${randomBytes(8).toString("hex").toUpperCase()}`,
    arn: `arn:aws:iam::${accountId}:server-certificate${path}${name}`,
    path,
    body,
    chain: input.CertificateChain,
    privateKey,
    uploadedAt: new Date(now()).toISOString(),
  };
}

function describe(name: string, { id, arn, path, body, uploadedAt }: Stored): iam.ServerCertificateMetadata {
  return {
    Path: path,
    ServerCertificateName: name,
    ServerCertificateId: id,
    Arn: arn,
    UploadDate: new Date(uploadedAt),
    Expiration: new Date(new X509Certificate(body).validTo),
  };
}
