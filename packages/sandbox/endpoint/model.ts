// What the wire needs to know of a service, read from the schemas that its SDK client exports: protocol, operations,
// errors. The schemas are public but not promised stable: versions are pinned and test/sandbox proves the round trip.
import { deref, NormalizedSchema } from "@smithy/core/schema";
import type { Service } from "../platform.ts";

export type ProtocolName = "awsJson1_0" | "awsJson1_1" | "awsQuery" | "ec2Query" | "restJson1";

export type HttpBinding = { method: string; path: string; status: number };

export type Operation = {
  name: string;
  input: NormalizedSchema;
  output: NormalizedSchema;
  http?: HttpBinding;
};

/** How an error is called on the wire and which status carries it. */
export type ErrorShape = {
  code: string;
  status: number;
  fault: "client" | "server";
  schema: NormalizedSchema;
};

export type Model = {
  service: Service;
  protocol: ProtocolName;
  /** The part of `x-amz-target` before the dot. */
  target?: string;
  xmlNamespace: string;
  namespace: string;
  /** JSON for today's SDKs, but errors also named as the old query protocol named them (CloudWatch). */
  queryCompatible: boolean;
  operations: Map<string, Operation>;
  errors: Map<string, ErrorShape>;
};

type ProtocolInstance = {
  getShapeId(): string;
  serviceTarget?: string;
  awsQueryCompatible?: boolean;
  options: { defaultNamespace: string; xmlNamespace?: string };
};

const PROTOCOLS: ReadonlySet<string> = new Set<ProtocolName>([
  "awsJson1_0",
  "awsJson1_1",
  "awsQuery",
  "ec2Query",
  "restJson1",
]);
// Kinds of static schema, see @smithy/types StaticOperationSchema and StaticErrorSchema.
const OPERATION_KIND = 9;
const ERROR_KIND = -3;

export function modelOf(service: Service): Model {
  const client = new service.Client({
    region: "us-east-1",
    credentials: { accessKeyId: "-", secretAccessKey: "-" },
  }) as { config: { protocol: ProtocolInstance } };
  const { protocol } = client.config;
  const name = protocol.getShapeId().split("#")[1]!;
  if (!PROTOCOLS.has(name))
    throw new Error(`The sandbox does not speak ${name}, the protocol of ${service.name}.`);
  return {
    service,
    protocol: name as ProtocolName,
    target: protocol.serviceTarget,
    xmlNamespace: protocol.options.xmlNamespace ?? "",
    namespace: protocol.options.defaultNamespace,
    queryCompatible: protocol.awsQueryCompatible === true,
    ...readSchemas(service.module),
  };
}

function readSchemas(module: Record<string, unknown>): Pick<Model, "operations" | "errors"> {
  const operations = new Map<string, Operation>();
  const errors = new Map<string, ErrorShape>();
  for (const [exported, schema] of Object.entries(module)) {
    if (!exported.endsWith("$") || !Array.isArray(schema)) continue;
    if (schema[0] === OPERATION_KIND) operations.set(schema[2], readOperation(schema));
    if (schema[0] === ERROR_KIND) errors.set(schema[2], readError(schema));
  }
  return { operations, errors };
}

// biome-ignore lint/suspicious/noExplicitAny: a static schema is a tuple whose parts vary by kind.
function readOperation(schema: any[]): Operation {
  const http = schema[3]?.http as [string, string, number] | undefined;
  return {
    name: schema[2],
    // Read on first use: walking a thousand schemas at start would cost more than the start itself.
    get input() {
      return NormalizedSchema.of(deref(schema[4]));
    },
    get output() {
      return NormalizedSchema.of(deref(schema[5]));
    },
    ...(http && { http: { method: http[0], path: http[1], status: http[2] } }),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
function readError(schema: any): ErrorShape {
  const ns = NormalizedSchema.of(schema);
  const traits = ns.getMergedTraits() as {
    awsQueryError?: [string, number];
    httpError?: number;
    error?: "client" | "server";
  };
  return {
    code: traits.awsQueryError?.[0] ?? schema[2],
    status: traits.awsQueryError?.[1] ?? traits.httpError ?? (traits.error === "server" ? 500 : 400),
    fault: traits.error ?? "client",
    schema: ns,
  };
}
