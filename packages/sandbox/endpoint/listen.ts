// The listening socket of the endpoint. It is opened before the services are made, since they need its address;
// requests that come that early wait.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

export type HttpServer = {
  endpoint: string;
  serve(listener: RequestListener): void;
  close(): Promise<void>;
};

export async function listen(port: number): Promise<HttpServer> {
  const serving = Promise.withResolvers<RequestListener>();
  let listener: RequestListener | undefined;
  const server = createServer((request, response) => {
    if (listener) listener(request, response);
    else serving.promise.then((late) => late(request, response));
  });
  // SDK clients keep connections open: the server must not be the one that closes first.
  server.keepAliveTimeout = 600_000;
  server.headersTimeout = 601_000;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    serve(ready) {
      listener = ready;
      serving.resolve(ready);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
