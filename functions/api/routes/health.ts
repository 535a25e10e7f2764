// Whether the API is up: nothing else is asked, so that it answers while everything behind it is down.
import * as z from "zod";
import { reply, route } from "../route.ts";

export const healthz = route(
  "GET /healthz",
  {
    permission: "public",
    reach: "nothing",
    tag: "service",
    summary: "Whether the API is up",
    answers: { 200: z.object({ status: z.literal("ok") }) },
  },
  () => reply(200, { status: "ok" as const }),
);
