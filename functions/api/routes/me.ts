// Who the token is.
import * as z from "zod";
import { reply, route } from "../route.ts";

const meView = z
  .object({
    name: z.string(),
    role: z.enum(["viewer", "deployer", "operator", "admin"]),
    scope: z.object({ apps: z.array(z.string()), environments: z.array(z.string()) }),
  })
  .meta({ id: "Me" });

export const getMe = route(
  "GET /v1/me",
  { permission: "read", tag: "service", summary: "Who the token is", answers: { 200: meView } },
  ({ caller: { name, role, scope } }) => reply(200, { name, role, scope }),
);
