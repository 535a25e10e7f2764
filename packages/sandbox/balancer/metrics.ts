// Counters per load balancer, target group and target, named after the CloudWatch metrics of Application Load Balancers.

export type Counts = {
  requestCount: number;
  target2xx: number;
  target3xx: number;
  target4xx: number;
  target5xx: number;
  /** 502, 503 and 504 that the balancer itself answered. */
  elb5xx: number;
  /** Connections to a target that could not be made. */
  targetConnectionErrorCount: number;
  /** Requests that reached a target and were not answered to the end: what a killed process dropped. */
  droppedByTarget: number;
  /** Seconds from the request's way to a target until its answer began, to two digits, and how often. */
  responseSeconds: Map<number, number>;
};

export function newCounts(): Counts {
  return {
    requestCount: 0,
    target2xx: 0,
    target3xx: 0,
    target4xx: 0,
    target5xx: 0,
    elb5xx: 0,
    targetConnectionErrorCount: 0,
    droppedByTarget: 0,
    responseSeconds: new Map(),
  };
}

const CLASSES = [undefined, undefined, "target2xx", "target3xx", "target4xx", "target5xx"] as const;

export function countStatus(counts: Counts[], status: number): void {
  const name = CLASSES[Math.floor(status / 100)];
  if (name) for (const one of counts) one[name]++;
}

export function countResponseTime(counts: Counts[], seconds: number): void {
  const near = Number(seconds.toPrecision(2));
  for (const { responseSeconds } of counts) responseSeconds.set(near, (responseSeconds.get(near) ?? 0) + 1);
}
