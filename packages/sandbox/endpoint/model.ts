// What the wire needs to know of a service, read from the schemas that its SDK client exports: protocol, operations,
// errors. The schemas are public but not promised stable: versions are pinned and test/sandbox proves the round trip.
import { deref, NormalizedSchema } from "@smithy/core/schema";
import type { Service, Wire } from "../platform.ts";

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
  service: Pick<Service, "name">;
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

/** Models by service; one whose module is loaded late is there once it was asked for. */
export type Models = {
  ready: Model[];
  /** `undefined` where there is no such service. */
  byName(service: string): Model | undefined | Promise<Model>;
};

export function modelsOf(services: Service[]): Models {
  const ready: Model[] = [];
  const late = new Map<string, () => Promise<Model>>();
  for (const service of services) {
    if (!("loadWire" in service)) ready.push(modelOf(service, service));
    else
      late.set(
        service.name,
        once(async () => modelOf(service, await service.loadWire())),
      );
  }
  const known = new Map(ready.map((model) => [model.service.name, model]));
  return { ready, byName: (name) => known.get(name) ?? late.get(name)?.() };
}

function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load();
    return loaded;
  };
}

export function modelOf(service: Pick<Service, "name">, wire: Wire): Model {
  const client = new wire.Client({
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
    ...readSchemas(wire.module),
  };
}

function readSchemas(module: Wire["module"]): Pick<Model, "operations" | "errors"> {
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
