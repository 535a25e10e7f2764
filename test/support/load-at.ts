// A client that sends so many requests per second, whatever the machine is busy with: what is late is sent at once.

const TICK_MS = 20;

export function loadAt(url: string, requestsPerSecond: number) {
  let rate = requestsPerSecond;
  let since = Date.now();
  let due = 0;
  let sent = 0;
  let failed = 0;
  const open = new Set<Promise<void>>();
  const ask = async () => {
    const ok = await fetch(url, { signal: AbortSignal.timeout(30_000) }).then(drained, () => false);
    if (!ok) failed += 1;
  };
  const timer = setInterval(() => {
    const now = Date.now();
    due += ((now - since) / 1_000) * rate;
    since = now;
    for (; due >= 1; due -= 1) {
      sent += 1;
      const one: Promise<void> = ask().finally(() => open.delete(one));
      open.add(one);
    }
  }, TICK_MS);
  return {
    setRate(next: number) {
      rate = next;
    },
    async stop(): Promise<{ sent: number; failed: number }> {
      clearInterval(timer);
      await Promise.all(open);
      return { sent, failed };
    },
  };
}

async function drained(response: Response): Promise<boolean> {
  await response.arrayBuffer();
  return response.ok;
}
