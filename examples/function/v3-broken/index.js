// A release that is broken on purpose: it answers its health path with 500, so no traffic may ever reach it.
exports.handler = async () => ({ statusCode: 500, body: "broken on purpose" });
