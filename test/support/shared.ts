// What the tests of a file share: opened before the first of them and closed after the last, and opened anew for a test that is
// tried again, so that nothing which the first attempt left (a name that is taken, a half-made thing) is in its way. For tests that need
// nothing of each other and run one after the other.
import { afterAll, beforeAll, beforeEach } from "vitest";

export function shared(open: () => Promise<unknown>, close: () => Promise<unknown> | undefined): void {
  beforeAll(async () => void (await open()));
  beforeEach(async ({ task }) => {
    if (!task.result?.retryCount) return;
    await close();
    await open();
  });
  afterAll(async () => void (await close()));
}
