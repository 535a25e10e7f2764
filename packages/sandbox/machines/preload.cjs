// Loaded into every Node process of a machine (NODE_OPTIONS --require): a server that listens on no particular host,
// or on all interfaces, listens on the machine's own address, as it would on a real machine. A host that is named stays.
"use strict";
const net = require("node:net");

const host = process.env.HOST;
const ALL_INTERFACES = new Set(["", "0.0.0.0", "::", "::0"]);

function isPort(value) {
  return value === undefined || value === null || typeof value === "number" || /^\d+$/.test(String(value));
}

/** `listen` in all its forms (port[, host][, backlog][, callback] · options · path · handle), with the host filled in. */
function onMachine(args) {
  const [first, second] = args;
  if (typeof first === "object" && first !== null) {
    const byPort = "port" in first && !("fd" in first) && !first.path && !first._handle;
    if (!byPort || (first.host && !ALL_INTERFACES.has(first.host))) return args;
    return [{ ...first, host }, ...args.slice(1)];
  }
  if (typeof first === "function") return [0, host, ...args];
  if (!isPort(first)) return args;
  const port = first ?? 0;
  if (typeof second === "string") return ALL_INTERFACES.has(second) ? [port, host, ...args.slice(2)] : args;
  return [port, host, ...args.slice(1).filter((argument) => argument !== undefined && argument !== null)];
}

if (host) {
  const listen = net.Server.prototype.listen;
  net.Server.prototype.listen = function listenOnMachine(...args) {
    return listen.apply(this, onMachine(args));
  };
}
