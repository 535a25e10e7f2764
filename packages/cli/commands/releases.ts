// `tutti releases [APP]`: an app's releases, newest first, or those of every app.
import type { Command } from "commander";
import type { Client } from "#client/client.ts";
import type { ReleaseView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { UsageError } from "../exit-code.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

type Releases = { items: ReleaseView[]; cursor: string | null };

const PAGE = 50;
const MOST_APPS = 200;

export function addReleases(program: Command, context: Context): void {
  const command = program
    .command("releases")
    .description("list an app's releases, newest first; without an app, the newest of all")
    .argument("[app]");
  pageOptions(command).action(async (app: string | undefined, options: PageOptions) => {
    const client = context.client();
    const page = app === undefined ? await ofAll(client, options) : await client.releases.list(app, options);
    const row = (one: ReleaseView) => [
      ...(app === undefined ? [one.app] : []),
      ...[one.version, moment(one.createdAt), one.createdBy, digestOf(one.artifact)],
    ];
    const heads = [...(app === undefined ? ["APP"] : []), "VERSION", "CREATED", "BY", "DIGEST"];
    context.print(page, () => [...table(heads, page.items.map(row)), ...restLine(page.cursor)]);
  });
}

/** The API lists releases by app: each is asked for its newest. */
async function ofAll(client: Client, { limit = PAGE, cursor }: PageOptions): Promise<Releases> {
  if (cursor !== undefined) throw new UsageError("--cursor goes on in one app's releases: name the app");
  const apps = await client.apps.list({ limit: MOST_APPS });
  const pages = await Promise.all(apps.items.map(({ app }) => client.releases.list(app, { limit })));
  const items = pages
    .flatMap((page) => page.items)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, limit);
  return { items, cursor: null };
}

function digestOf(artifact: { sha256?: string | undefined; image?: string | undefined }): string {
  return artifact.image ?? artifact.sha256?.slice(0, 12) ?? "–";
}
