// The API behind Lambda's function URL.
import { handle } from "hono/aws-lambda";
import { apiDeps } from "#functions/deps/api.ts";
import { createApp } from "./app.ts";

export const handler = handle(createApp(apiDeps(process.env, new URL("./web/", import.meta.url))));
