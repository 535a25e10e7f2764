// The names in a judge's URLs (`<id>.lambda-url.us-east-1.on.aws`) lead nowhere here, so the judge itself is asked, under
// that name. Node's own fetch does not let a caller say whom it asks for.
import { type IncomingHttpHeaders, request } from "node:http";

export const fetchByHost: typeof fetch = async (input, init) => {
  const asked = new Request(input, init);
  const { host, pathname, search } = new URL(asked.url);
  const body = Buffer.from(await asked.arrayBuffer());
  return new Promise((resolve, reject) => {
    const { method, signal } = asked;
    const headers = { ...Object.fromEntries(asked.headers), host, "content-length": body.length };
    const url = new URL(pathname + search, process.env.AWS_ENDPOINT_URL);
    const sent = request(url, { method, signal, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const status = answer.statusCode ?? 502;
        // A Response refuses a body, even an empty one, for these.
        const content = [204, 304].includes(status) ? null : Buffer.concat(chunks);
        resolve(new Response(content, { status, headers: plain(answer.headers) }));
      });
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
};

function plain(headers: IncomingHttpHeaders): [string, string][] {
  return Object.entries(headers).map(([name, value]) => [name, [value ?? ""].flat().join(", ")]);
}
