// Where the reader is: `#/`, `#/deployments/<id>` or `#/targets/<app>/<environment>`.
import { signal } from "@preact/signals";

export type Route =
  | { page: "hall" }
  | { page: "deployment"; id: string }
  | { page: "target"; app: string; environment: string };

export const route = signal<Route>(readRoute());

addEventListener("hashchange", () => {
  route.value = readRoute();
  scrollTo(0, 0);
});

export function linkTo(to: Route): string {
  if (to.page === "deployment") return `#/deployments/${encodeURIComponent(to.id)}`;
  if (to.page === "target")
    return `#/targets/${encodeURIComponent(to.app)}/${encodeURIComponent(to.environment)}`;
  return "#/";
}

function readRoute(): Route {
  const [, first, second, third] = location.hash.split("/").map(decodeURIComponent);
  if (first === "deployments" && second) return { page: "deployment", id: second };
  if (first === "targets" && second && third) return { page: "target", app: second, environment: third };
  return { page: "hall" };
}
