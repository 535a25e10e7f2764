// Which operation a REST request to S3 is: path-style address, method and sub-resource. A parameter that nothing here
// knows is refused by name: it would change what the request means.
import { AwsError } from "../platform.ts";

export type Address = { bucket?: string; key?: string };

const HARMLESS = /^(x-id|x-amz-.*|response-.*|encoding-type|fetch-owner)$/i;
const LISTING = ["list-type", "prefix", "delimiter", "max-keys", "start-after", "continuation-token"];

export function parseAddress(rawPath: string): Address {
  const [, bucket, ...rest] = rawPath.split("/");
  if (!bucket) return {};
  const key = rest.map(decodePart).join("/");
  return { bucket: decodePart(bucket), key: key === "" ? undefined : key };
}

export function decodePart(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw new AwsError("InvalidURI", "Couldn't parse the specified URI.");
  }
}

export function operationOf(
  method: string,
  { bucket, key }: Address,
  query: URLSearchParams,
  headers: Record<string, string | undefined>,
): string {
  const parameters = [...query.keys()].filter((name) => !HARMLESS.test(name));
  if (headers["x-amz-copy-source"]) throw notImplemented("CopyObject");
  if (key !== undefined) return objectOperation(method, parameters);
  if (bucket !== undefined) return bucketOperation(method, parameters, query);
  if (method === "GET" && parameters.length === 0) return "ListBuckets";
  throw notImplemented(`${method} on the service`);
}

function objectOperation(method: string, parameters: string[]): string {
  if (parameters.length > 0) throw notImplemented(`${method} of an object with ?${parameters[0]}`);
  const operation = { PUT: "PutObject", GET: "GetObject", HEAD: "HeadObject", DELETE: "DeleteObject" }[
    method
  ];
  if (!operation) throw notImplemented(`${method} of an object`);
  return operation;
}

function bucketOperation(method: string, parameters: string[], query: URLSearchParams): string {
  const listing = query.get("list-type") === "2" && parameters.every((name) => LISTING.includes(name));
  const what = `${method} ${listing && method === "GET" ? "list" : parameters.join("&")}`.trim();
  const operation = {
    PUT: "CreateBucket",
    HEAD: "HeadBucket",
    DELETE: "DeleteBucket",
    "GET list": "ListObjectsV2",
    "POST delete": "DeleteObjects",
    "PUT notification": "PutBucketNotificationConfiguration",
    "GET notification": "GetBucketNotificationConfiguration",
  }[what];
  if (!operation) throw notImplemented(`${what} on a bucket`);
  return operation;
}

function notImplemented(what: string): AwsError {
  return new AwsError("NotImplemented", `The sandbox does not implement s3: ${what}.`);
}
