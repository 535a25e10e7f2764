// Parts of the contract whose capability is not built yet: they are there, ask for a token, and say so.
import { TuttiError } from "#core/errors.ts";
import { type Permission, type RouteKey, route } from "../route.ts";

export const planned = [plannedRead("GET /v1/notifications", "read", "notifications")] as const;

function plannedRead<const K extends RouteKey>(key: K, permission: Permission, tag: string) {
  return route(
    key,
    {
      permission,
      reach: "nothing" as const,
      tag,
      summary: "Not built yet",
      answers: {},
      refusals: ["not_supported_yet"],
    },
    () => refuse(key),
  );
}

function refuse(key: string): never {
  throw new TuttiError("not_supported_yet", `${key} is part of the contract and is not built yet.`);
}
