// A greeting behind a function URL. Lambda hands in payload format 2.0.
exports.handler = async (event) => {
  if (event.rawPath === "/healthz") return { statusCode: 200, body: "ok" };
  const { GREETING, TUTTI_VERSION } = process.env;
  return {
    statusCode: 200,
    headers: { "content-type": "text/plain; charset=utf-8", "x-version": TUTTI_VERSION },
    body: `${GREETING}, Fundamentals of DevOps!`,
  };
};
