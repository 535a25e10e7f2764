// What the load balancer remembers: balancers, target groups, listeners and rules, as plain data that goes to disk.
import type { Health } from "./health.ts";

export type Tags = Record<string, string>;

export type LoadBalancer = {
  arn: string;
  name: string;
  /** Its own loopback address, which is also its DNS name. */
  address: string;
  scheme: string;
  subnets: string[];
  securityGroups: string[];
  createdAt: number;
  tags: Tags;
};

export type HealthSettings = {
  path: string;
  /** `traffic-port` or a number. */
  port: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThreshold: number;
  unhealthyThreshold: number;
  /** `200`, `200,302`, `200-299`. */
  matcher: string;
};

export type TargetGroup = {
  arn: string;
  name: string;
  targetType: "instance" | "ip";
  port: number;
  vpcId: string | undefined;
  health: HealthSettings;
  attributes: Record<string, string>;
  targets: RegisteredTarget[];
  tags: Tags;
};

/** `health` is the last one known: a load balancer does not forget it, so neither does a restart of the sandbox. */
export type RegisteredTarget = { id: string; port: number; drainingUntil?: number; health?: Health };

export type WeightedGroup = { arn: string; weight: number };

export type Action =
  | { type: "forward"; groups: WeightedGroup[] }
  | { type: "fixed-response"; statusCode: number; contentType: string; body: string }
  | Redirect;

/** Each part may hold `#{protocol}`, `#{host}`, `#{port}`, `#{path}` and `#{query}` of the request. */
export type Redirect = {
  type: "redirect";
  statusCode: 301 | 302;
  protocol: string;
  host: string;
  port: string;
  path: string;
  query: string;
};

export type Listener = {
  arn: string;
  loadBalancerArn: string;
  port: number;
  /** Of a listener that speaks HTTPS. */
  certificateArn?: string | undefined;
  action: Action;
  tags: Tags;
};

export type Condition = { field: "host-header" | "path-pattern"; values: string[] };

export type Rule = {
  arn: string;
  listenerArn: string;
  priority: number;
  conditions: Condition[];
  action: Action;
  tags: Tags;
};
