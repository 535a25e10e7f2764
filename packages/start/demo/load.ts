// Steady load on an endpoint while something changes behind it: half of the connections are kept alive, the others are
// opened anew for each request, since the two fail in different ways.
import autocannon from "autocannon";

export type LoadReport = { sent: number; failed: number; statuses: Record<string, number> };
export type Load = { stop(): Promise<LoadReport>; sent(): number };

const CONNECTIONS = 6;

/** Starts at once; `requestsPerSecond` in all, until stopped. A request fails by any status but 2xx, an error or 10 s of silence. */
export function startLoad(url: string, requestsPerSecond: number): Load {
  const runs = [{ connection: "keep-alive" }, { connection: "close" }].map((headers) =>
    run(url, requestsPerSecond / 2, headers),
  );
  return {
    sent: () => runs.reduce((sum, one) => sum + one.sent(), 0),
    stop: async () => (await Promise.all(runs.map((one) => one.stop()))).reduce(add),
  };
}

function run(url: string, rate: number, headers: Record<string, string>): Load {
  const report: LoadReport = { sent: 0, failed: 0, statuses: {} };
  const finished = Promise.withResolvers<LoadReport>();
  const instance = autocannon(
    { url, connections: CONNECTIONS, overallRate: rate, duration: 600, timeout: 10, headers },
    () => finished.resolve(report),
  );
  instance.on("response", (_client, status) => note(report, String(status), status >= 200 && status < 300));
  instance.on("reqError", (error: Error) => note(report, error.message, false));
  return {
    sent: () => report.sent,
    stop: () => {
      instance.stop();
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
