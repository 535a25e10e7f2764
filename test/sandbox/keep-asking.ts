// A client that notices everything that goes wrong on its connection.
import { Agent, get } from "node:http";

/** One request after the other on one connection, as long as it is kept. */
export function keepAsking(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const seen = { asked: 0, failed: 0 };
  let going = true;
  const ask = () =>
    new Promise<void>((resolve) => {
      const request = get(url, { agent }, (answer) => {
        if (answer.statusCode !== 200) seen.failed++;
        answer.resume().on("end", resolve);
      });
      request.on("error", () => {
        seen.failed++;
        resolve();
      });
    });
  const done = (async () => {
    for (; going; seen.asked++) await ask();
    agent.destroy();
  })();
  return {
    async stop() {
      going = false;
      await done;
      return seen;
    },
  };
}
