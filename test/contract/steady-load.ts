// A client that asks the endpoint again and again while something changes behind it.

const BETWEEN_REQUESTS_MS = 10;

export function steadyLoad(endpoint: string): { stop(): Promise<{ sent: number; failed: number }> } {
  let sent = 0;
  let failed = 0;
  let stopped = false;
  const run = async () => {
    while (!stopped) {
      sent += 1;
      const ok = await fetch(endpoint, { signal: AbortSignal.timeout(30_000) }).then(drained, () => false);
      if (!ok) failed += 1;
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_REQUESTS_MS));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return { sent, failed };
    },
  };
}

async function drained(response: Response): Promise<boolean> {
  await response.arrayBuffer();
  return response.ok;
}
