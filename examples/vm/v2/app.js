// Serves the page that install.sh packed while the image was baked, says on /built what it was baked on, and 200 on /healthz.
// On SIGTERM it takes no new connections, ends the ones it has and goes.
const { readFileSync } = require("node:fs");
const http = require("node:http");
const { gunzipSync } = require("node:zlib");

const packed = readFileSync("page.txt.gz");
const built = readFileSync("built.txt");

const server = http.createServer((request, response) => {
  if (request.url === "/healthz") {
    response.end("ok\n");
    return;
  }
  if (request.url === "/built") {
    response.end(built);
    return;
  }
  response.setHeader("x-version", process.env.TUTTI_VERSION ?? "unknown");
  if (request.headers["accept-encoding"]?.includes("gzip")) {
    response.setHeader("content-encoding", "gzip");
    response.end(packed);
    return;
  }
  response.end(gunzipSync(packed));
});

// Longer than a load balancer keeps an idle connection (60 s), so that it is the one to close.
server.keepAliveTimeout = 65_000;
server.listen(process.env.PORT, process.env.HOST, () => console.log(`listening on port ${process.env.PORT}`));

process.on("SIGTERM", () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
