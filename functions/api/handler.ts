// The API behind Lambda's function URL.
import { apiDeps } from "#functions/deps/api.ts";
import { createApp } from "./app.ts";
import { urlHandler } from "./lambda/url-handler.ts";

export const handler = urlHandler(createApp(apiDeps(process.env, new URL("./web/", import.meta.url))));
