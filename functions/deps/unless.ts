/**
 * `null` where the call ends in an AWS error of one of those names. Names alone tell errors apart: in a bundle most of them are made
 * by their client's one base class (packages/infra/bundles/lean-packages.ts), so `instanceof` would find none.
 */
export async function unless<T>(names: string | string[], call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if ([names].flat().includes((error as Error).name)) return null;
    throw error;
  }
}
