// Finds the operation of a REST request by the `http` trait: method, path with labels, and the fixed query part.
import type { Model, Operation } from "./model.ts";

type Route = {
  operation: Operation;
  method: string;
  pattern: RegExp;
  labels: string[];
  query: [string, string][];
  literals: number;
};

export type RouteMatch = { operation: Operation; labels: Record<string, string> };

const routesByModel = new WeakMap<Model, Route[]>();

export function findRoute(
  model: Model,
  method: string,
  path: string,
  query: URLSearchParams,
): RouteMatch | undefined {
  for (const route of routesOf(model)) {
    if (route.method !== method) continue;
    const match = route.pattern.exec(path);
    if (!match || !route.query.every(([key, value]) => (query.get(key) ?? undefined) === value)) continue;
    const labels: Record<string, string> = {};
    route.labels.forEach((label, index) => {
      labels[label] = decodeURIComponent(match[index + 1]!);
    });
    return { operation: route.operation, labels };
  }
  return undefined;
}

function routesOf(model: Model): Route[] {
  const known = routesByModel.get(model);
  if (known) return known;
  // The most literal route first: `/functions/x/aliases` before `/functions/{FunctionName}/{Other}`.
  const routes = [...model.operations.values()]
    .filter((operation) => operation.http)
    .map(routeOf)
    .sort((a, b) => b.literals - a.literals);
  routesByModel.set(model, routes);
  return routes;
}

function routeOf(operation: Operation): Route {
  const { method, path } = operation.http!;
  const [pathname = "", search = ""] = path.split("?");
  const labels: string[] = [];
  const source = pathname
    .replace(/\/$/, "")
    .replace(/[.*^$()[\]\\]/g, "\\$&")
    .replace(/\{(\w+)(\+?)\}/g, (_whole, label: string, greedy: string) => {
      labels.push(label);
      return greedy ? "(.+)" : "([^/]+)";
    });
  const query = [...new URLSearchParams(search)] as [string, string][];
  return {
    operation,
    method,
    pattern: new RegExp(`^${source}/?$`),
    labels,
    query,
    literals: pathname.split("/").filter((part) => part && !part.startsWith("{")).length * 10 + query.length,
  };
}
