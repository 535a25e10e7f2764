// `tutti services [ENV]`: where apps answer, how many addresses of each are healthy, and how long each can prove who it is.
import type { Command } from "commander";
import type { ServiceView } from "#client/views.ts";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

export function addServices(program: Command, context: Context): void {
  pageOptions(
    program.command("services").description("where apps answer, as last seen").argument("[environment]"),
  ).action(async (environment: string | undefined, options: PageOptions) => {
    const page = await context.client().services.list({ ...options, environment });
    // By name, for who looks for one; what is read by a program keeps the API's order.
    const byName = page.items.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)));
    context.print(page, () => [...lines(byName), ...restLine(page.cursor)]);
  });
}

function lines(services: ServiceView[]): string[] {
  if (services.length === 0) return ["nothing has been deployed yet"];
  return table(
    ["SERVICE", "ENDPOINT", "HEALTHY", "IDENTITY UNTIL"],
    services.map(({ endpoint, addresses, identity, ...one }) => [
      nameOf(one),
      endpoint ?? "–",
      addresses.length === 0 ? "–" : addresses.join(", "),
      identity ? moment(identity.expiresAt) : "–",
    ]),
  );
}

function nameOf({ app, environment }: Pick<ServiceView, "app" | "environment">): string {
  return `${app}/${environment}`;
}
