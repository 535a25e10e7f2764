// Many pieces of work, so many of them at once: whoever is slow holds its own place and nobody else's.

/** Ends when all have ended. `work` must not throw. */
export async function eachOf<T>(all: T[], atOnce: number, work: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  const worker = async () => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
}
