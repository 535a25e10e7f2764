// Anomaly detection: a target that passes its checks and answers requests worse than the others of its group do. On AWS it is on by
// itself for HTTP groups of at least three healthy targets, and weighs answers of 5xx and errors of connections (ALB user guide,
// "Automatic Target Weights"; AWS networking blog, "Improving availability with Application Load Balancer automatic target weights").
// How AWS weighs them is not public. Here: over a target's last requests, a tenth more of them bad than of those of all others together.

/** How the last requests to a target ended, the oldest first. */
export type Recent = { atMs: number; bad: boolean }[];

/** So many requests are looked back on, and so far: after that a target has made up for what it did. */
const MOST_REQUESTS = 50;
const LONGEST_MILLISECONDS = 30_000;
/** Of fewer nothing is said. */
const LEAST_REQUESTS = 10;
const LEAST_BAD = 3;
const LEAST_DIFFERENCE = 0.1;
const LEAST_HEALTHY_TARGETS = 3;

/** Changes `recent`. A request that began to be answered and broke off then is noted as bad once more. */
export function noteOutcome(recent: Recent, bad: boolean): void {
  recent.push({ atMs: Date.now(), bad });
  if (recent.length > MOST_REQUESTS) recent.shift();
}

/** Of the healthy targets of a group, by what each of them has answered: those that are anomalous. */
export function findAnomalous<T extends { recent: Recent }>(healthy: T[], nowMs = Date.now()): T[] {
  if (healthy.length < LEAST_HEALTHY_TARGETS) return [];
  const seen = healthy.map((one) => ({ one, ...countedOf(one.recent, nowMs) }));
  return seen
    .filter(({ one, bad, of }) => {
      if (of < LEAST_REQUESTS || bad < LEAST_BAD) return false;
      const others = seen.filter((other) => other.one !== one);
      return bad / of - shareOf(others) >= LEAST_DIFFERENCE;
    })
    .map(({ one }) => one);
}

type Counted = { bad: number; of: number };

function countedOf(recent: Recent, nowMs: number): Counted {
  const young = recent.filter(({ atMs }) => nowMs - atMs < LONGEST_MILLISECONDS);
  return { bad: young.filter(({ bad }) => bad).length, of: young.length };
}

function shareOf(counted: Counted[]): number {
  const sum = (part: keyof Counted) => counted.reduce((all, one) => all + one[part], 0);
  return sum("of") === 0 ? 0 : sum("bad") / sum("of");
}
