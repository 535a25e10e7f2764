// Whatever a test asks of the API, the answer is one that the OpenAPI document tells of: its status, and a refusal's code.
import { refusalsOf } from "#functions/api/openapi-problems.ts";
import { methodOf, pathOf, type Route } from "#functions/api/route.ts";
import { ROUTES } from "#functions/api/routes.ts";
import type { Answer } from "./api.ts";

const routes = (ROUTES as readonly Route[]).map((route) => ({
  route,
  path: new RegExp(`^${pathOf(route.key).replaceAll(/\{\w+\}/g, "[^/]+")}$`),
}));

/** Paths that are no route's are not its matter. */
export function assertTold(method: string, path: string, { status, body }: Answer): void {
  const asked = path.split("?")[0]!;
  const found = routes.find(({ route, path: its }) => methodOf(route.key) === method && its.test(asked));
  if (!found) return;
  const told = status < 400 ? status in found.route.answers : refusalsOf(found.route).includes(body?.code);
  if (!told)
    throw new Error(`${found.route.key} answered ${status} ${body?.code ?? ""}, which it does not tell of`);
}
