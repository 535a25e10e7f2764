// What bundles have in place of `node:http`: the same object, asked for as one. An ES module that imports it gets all that it exports worked out,
// WebSocket and its like among them, for which Node loads the whole of its fetch, whoever only sends a request.
module.exports = process.getBuiltinModule("node:http");
