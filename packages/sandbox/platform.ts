// What a sandbox service may know of the others: AWS words only. A service is its behaviour; wire protocols,
// credentials and IAM are the endpoint's (endpoint/), so handlers get parsed input and answer plain output.

/** An AWS error on the wire: `code` is the error's AWS name, e.g. `ResourceNotFoundException`. */
export class AwsError extends Error {
  readonly code: string;
  readonly extra: Record<string, unknown>;
  constructor(code: string, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.extra = extra;
    this.name = code;
  }
}

export type Caller = {
  /** ARN of the role, or `root` for the sandbox's owner, who may do everything. */
  principal: string;
};

// biome-ignore lint/suspicious/noExplicitAny: the shape of an input is the SDK schema's, proven by the round-trip tests.
export type Handler = (input: any, caller: Caller) => unknown | Promise<unknown>;

// biome-ignore lint/suspicious/noExplicitAny: each client's constructor has its own configuration type.
export type ClientClass = new (config: any) => unknown;

export type Wire = {
  /** The SDK client module (`import * as elb from "@aws-sdk/client-elastic-load-balancing-v2"`) and its client class: their schemas are the wire format. */
  module: Record<string, unknown>;
  Client: ClientClass;
};

export type Service = ServiceBehaviour & (Wire | LazyWire);

/** For a module that takes long to load: it is loaded when the first request for the service comes. */
export type LazyWire = { loadWire(): Promise<Wire> };

export type ServiceBehaviour = {
  /** Signing name, e.g. `elasticloadbalancing`. */
  name: string;
  /** By operation name. An operation without a handler answers an error that names it. */
  handlers: Record<string, Handler>;
  /** IAM prefix where it differs from the signing name (`states` is the same, `monitoring` → `cloudwatch`). */
  iamPrefix?: string;
  /** IAM actions of an operation where they are not `prefix:Operation`, e.g. `{Invoke: ["lambda:InvokeFunction"]}`. */
  iamActions?: Record<string, string[]>;
  /** ARNs that an operation touches, for the Resource of a statement; default `["*"]`. */
  // biome-ignore lint/suspicious/noExplicitAny: see Handler.
  iamResources?: Record<string, (input: any) => string[]>;
  /** Condition keys that a resource brings, by its ARN: its tags, as `aws:ResourceTag/<key>`. */
  iamContext?: (resource: string) => Record<string, string>;
  /** Further permissions that an operation takes, e.g. `iam:PassRole` on the role that it hands over. */
  // biome-ignore lint/suspicious/noExplicitAny: see Handler.
  iamAlso?: Record<string, (input: any) => AlsoNeeded[]>;
  /** Called once after every service is there: carry on what was under way before a restart. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
};

/** `context`: the condition keys that go with it, e.g. `iam:PassedToService`. */
export type AlsoNeeded = { action: string; resource: string; context?: Record<string, string> };

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };

export type Platform = {
  accountId: string;
  region: string;
  /** Where a service keeps its state: `directory/<service>/…`. Everything written is written atomically (temp + rename) or appended. */
  directory: string;
  /** `http://127.0.0.1:4566` */
  endpoint: string;
  /** Divides Step Functions waits, deregistration delays and the like. */
  timeScale: number;
  now(): number;
  log(line: string): void;
  /** Addresses in 127.0.0.0/8 that this sandbox has claimed. `n` from 1 to 60,000; the same n gives the same address after a restart. Below 1,024 they are yours to choose; the rest is `addressFor`'s. */
  address(n: number): string;
  /** A free, persistent n for `key`; the same key gives the same n again, also after a restart. */
  addressFor(key: string): string;
  /** Calls another service in process, as the role (IAM is checked) or as `root`. Not before `start`. Bytes and dates are as in the SDK's shapes; the `Body` of an S3 object is a stream. `region`: another one of the account, where AWS reaches across. */
  call(
    service: string,
    operation: string,
    input: unknown,
    principal: string,
    region?: string,
  ): Promise<unknown>;
  /** Whether a role may do that, for a service that asks before it acts as the role. `context`: condition keys, as the resource's tags. */
  allows(principal: string, action: string, resource: string, context?: Record<string, string>): boolean;
  /** Temporary credentials of a role, for what runs as it (a function's environment variables). */
  credentialsOf(roleArn: string): Credentials;
  /** Puts an event on the default bus (S3, Step Functions status changes). */
  emit(source: string, detailType: string, detail: unknown, resources?: string[]): void;
  /** Where instances and hosts answer: id → address. The machines write it, the load balancer reads it. */
  machineAddresses: Map<string, string>;
  /** Server certificates by ARN, in PEM. IAM writes them, the load balancer reads them. */
  serverCertificates: Map<string, { cert: string; key: string }>;
};
