// Where the reader is, as the address says behind its `#`: `#/deployments/<id>`, `#/trains/<id>`,
// `#/targets/<app>/<environment>`, or one of the plain pages.
import { signal } from "@preact/signals";

export const PLAIN_PAGES = [
  "hall",
  "deployments",
  "trains",
  "healing",
  "notifications",
  "audit",
  "tokens",
] as const;
export type PlainPage = (typeof PLAIN_PAGES)[number];

export type Route =
  | { page: PlainPage }
  | { page: "deployment"; id: string }
  | { page: "train"; id: string }
  | { page: "target"; app: string; environment: string }
  | { page: "nowhere"; address: string };

export const route = signal<Route>(readRoute(location.hash));

addEventListener("hashchange", () => {
  route.value = readRoute(location.hash);
  scrollTo(0, 0);
});

export function linkTo(to: Route): string {
  if (to.page === "deployment") return `#/deployments/${encodeURIComponent(to.id)}`;
  if (to.page === "train") return `#/trains/${encodeURIComponent(to.id)}`;
  if (to.page === "target")
    return `#/targets/${encodeURIComponent(to.app)}/${encodeURIComponent(to.environment)}`;
  if (to.page === "nowhere") return to.address;
  return to.page === "hall" ? "#/" : `#/${to.page}`;
}

export function readRoute(hash: string): Route {
  const [, first, second, third] = hash.split("/").map(decoded);
  if (!first) return { page: "hall" };
  if (first === "deployments" && second) return { page: "deployment", id: second };
  if (first === "trains" && second) return { page: "train", id: second };
  if (first === "targets" && second && third) return { page: "target", app: second, environment: third };
  const plain = PLAIN_PAGES.find((page) => page === first);
  return plain && !second ? { page: plain } : { page: "nowhere", address: hash };
}

/** A bare percent sign, typed by hand, is no reason to show nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
