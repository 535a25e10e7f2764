// Steady load on an endpoint while something changes behind it: half of the connections are kept alive, the others are
// opened anew for each request, since the two fail in different ways.
import autocannon from "autocannon";

export type LoadReport = { sent: number; failed: number; statuses: Record<string, number> };
export type Load = { stop(): Promise<LoadReport>; sent(): number };

/** Autocannon spends a second's share at its beginning. So many runs, begun one after the other, leave no gap in between. */
const RUNS = 10;
const SECOND_MILLISECONDS = 1000;

/** Starts at once; `requestsPerSecond` in all, until stopped. A request fails by any status but 2xx, an error or 10 s of silence. */
export function startLoad(url: string, requestsPerSecond: number): Load {
  const runs = Array.from({ length: RUNS }, (_, index) =>
    ["keep-alive", "close"].map((connection) =>
      run(url, {
        rate: requestsPerSecond / RUNS / 2,
        headers: { connection },
        afterMilliseconds: (index * SECOND_MILLISECONDS) / RUNS,
      }),
    ),
  ).flat();
  return {
    sent: () => runs.reduce((sum, one) => sum + one.sent(), 0),
    stop: async () => (await Promise.all(runs.map((one) => one.stop()))).reduce(add),
  };
}

type Run = { rate: number; headers: Record<string, string>; afterMilliseconds: number };

function run(url: string, { rate, headers, afterMilliseconds }: Run): Load {
  const report: LoadReport = { sent: 0, failed: 0, statuses: {} };
  const finished = Promise.withResolvers<LoadReport>();
  let instance: autocannon.Instance | undefined;
  const timer = setTimeout(() => {
    const options = { url, connections: 1, overallRate: rate, duration: 600, timeout: 10, headers };
    instance = autocannon(options, () => finished.resolve(report));
    instance.on("response", (_client, status) => note(report, String(status), status >= 200 && status < 300));
    instance.on("reqError", (error: Error) => note(report, error.message, false));
  }, afterMilliseconds);
  return {
    sent: () => report.sent,
    stop: () => {
      clearTimeout(timer);
      if (instance) instance.stop();
      else finished.resolve(report);
      return finished.promise;
    },
  };
}

function note(report: LoadReport, word: string, good: boolean): void {
  report.sent += 1;
  if (good) return;
  report.failed += 1;
  report.statuses[word] = (report.statuses[word] ?? 0) + 1;
}

function add(a: LoadReport, b: LoadReport): LoadReport {
  const statuses = { ...a.statuses };
  for (const [word, count] of Object.entries(b.statuses)) statuses[word] = (statuses[word] ?? 0) + count;
  return { sent: a.sent + b.sent, failed: a.failed + b.failed, statuses };
}
