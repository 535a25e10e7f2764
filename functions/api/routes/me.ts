// Who the token is.
import * as z from "zod";
import { HELD } from "../caller.ts";
import { ME } from "../examples/access.ts";
import { PERMISSIONS, reply, route } from "../route.ts";
import { instantText } from "../schemas/names.ts";
import { roleText, scopeView } from "../schemas/token.ts";

const meView = z
  .object({
    id: z.string().meta({ description: "Of the token" }),
    name: z.string(),
    role: roleText,
    scope: scopeView,
    permissions: z.array(z.enum(PERMISSIONS)).meta({ description: "What the role may do, in its scope" }),
    expiresAt: instantText.nullable(),
  })
  .meta({ id: "Me", example: ME });

export const getMe = route(
  "GET /v1/me",
  {
    permission: "read",
    reach: "nothing",
    tag: "service",
    summary: "Who the token is, and what it may do where",
    answers: { 200: meView },
  },
  ({ caller: { id, name, role, scope, expiresAt } }) =>
    reply(200, { id, name, role, scope, permissions: [...HELD[role]], expiresAt }),
);
