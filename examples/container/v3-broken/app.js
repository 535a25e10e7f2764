// Broken on purpose: answers 500 on /healthz, so that the rollout goes back. On SIGTERM it takes no new connections, ends the ones it has and goes.
const http = require("node:http");

const TEXT = "This release is broken!";

const server = http.createServer((request, response) => {
  if (request.url === "/healthz") {
    response.statusCode = 500;
    response.end("broken\n");
    return;
  }
  response.setHeader("x-version", process.env.TUTTI_VERSION ?? "unknown");
  response.end(`${TEXT}\n`);
});

// Longer than a load balancer keeps an idle connection (60 s), so that it is the one to close.
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT, process.env.HOST, () => console.log(`listening on port ${process.env.PORT}`));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
