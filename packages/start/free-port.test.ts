import { createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort, needFreePort } from "./free-port.ts";

test("a port that is taken is named with its variable and what to do; one that is free, and any, is taken without a word", async () => {
  const port = await freePort();
  await needFreePort("PORT", port);
  await needFreePort("PORT", 0);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await expect(needFreePort("PORT", port)).rejects.toThrow(
    `PORT: something listens at 127.0.0.1:${port} already (Tutti, started before?). Stop it, or choose another port: PORT=${port + 1} npm start`,
  );
  server.close();
});
