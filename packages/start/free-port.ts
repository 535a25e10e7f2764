// Ports that are free at this moment: any, for those who ask for port 0 and must know it before they listen, or a certain one.
import { createServer } from "node:net";

const HOST = "127.0.0.1";

export function freePort(): Promise<number> {
  return listenBriefly(0);
}

/** Throws a sentence that says what to do where somebody listens there. `variable`: what chose the port. */
export async function needFreePort(variable: string, port: number): Promise<void> {
  try {
    await listenBriefly(port);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "EADDRINUSE") throw cause;
    const taken = `${variable}: something listens at ${HOST}:${port} already (Tutti, started before?)`;
    throw new Error(`${taken}. Stop it, or choose another port: ${variable}=${port + 1} npm start`, {
      cause,
    });
  }
}

function listenBriefly(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(wanted, HOST, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
