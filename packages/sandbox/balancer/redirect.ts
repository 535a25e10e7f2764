// Redirects (ALB user guide, "Redirect actions"): each part of the URL is kept unless it is said otherwise, and may hold parts of the request.
import type { IncomingMessage } from "node:http";
import type { Action as ApiAction } from "@aws-sdk/client-elastic-load-balancing-v2";
import { invalid } from "./input.ts";
import type { Listener, Redirect } from "./model.ts";
import { hostName } from "./rule-match.ts";

export function readRedirect({ RedirectConfig: config }: ApiAction): Redirect {
  const code = config?.StatusCode;
  if (code !== "HTTP_301" && code !== "HTTP_302")
    throw invalid(`StatusCode '${code}' is not HTTP_301 or HTTP_302`);
  const redirect: Redirect = {
    type: "redirect",
    statusCode: code === "HTTP_301" ? 301 : 302,
    protocol: config?.Protocol ?? "#{protocol}",
    host: config?.Host ?? "#{host}",
    port: config?.Port ?? "#{port}",
    path: config?.Path ?? "/#{path}",
    query: config?.Query ?? "#{query}",
  };
  const { protocol, host, port, path } = redirect;
  if (
    [protocol === "#{protocol}", host === "#{host}", port === "#{port}", path === "/#{path}"].every(Boolean)
  )
    throw invalid("A redirect must change the protocol, the port, the host or the path");
  return redirect;
}

export function describeRedirect({ statusCode, protocol, host, port, path, query }: Redirect): ApiAction {
  return {
    Type: "redirect",
    Order: 1,
    RedirectConfig: {
      Protocol: protocol,
      Host: host,
      Port: port,
      Path: path,
      Query: query,
      StatusCode: `HTTP_${statusCode}`,
    },
  };
}

/** Where a request is sent instead. */
export function locationOf(
  redirect: Redirect,
  { port, certificateArn }: Listener,
  { headers, url = "/" }: IncomingMessage,
): string {
  const [path = "", ...query] = url.split("?");
  const parts: Record<string, string> = {
    protocol: certificateArn ? "https" : "http",
    host: hostName(headers.host),
    port: String(port),
    path: path.slice(1),
    query: query.join("?"),
  };
  const fill = (text: string) => text.replaceAll(/#\{(\w+)\}/g, (all, name: string) => parts[name] ?? all);
  const asked = fill(redirect.query);
  const place = `${fill(redirect.host)}:${fill(redirect.port)}${fill(redirect.path)}`;
  return `${fill(redirect.protocol).toLowerCase()}://${place}${asked ? `?${asked}` : ""}`;
}
