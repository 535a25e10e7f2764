// `tutti tokens create|list|revoke`: tokens of the API. A new token's secret is printed once and is nowhere else.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { NewTokenView, TokenView } from "#client/views.ts";
import { ROLES, type Role, type Scope } from "#core/domain/access.ts";
import type { Context } from "../context.ts";
import { type PageOptions, pageOptions, restLine } from "../paging.ts";
import { table } from "../table.ts";
import { moment } from "../times.ts";

type NewToken = {
  name: string;
  role: Role;
  apps?: string[];
  environments?: string[];
  expiresIn?: number;
};

export function addTokens(program: Command, context: Context): void {
  const tokens = program.command("tokens").description("make, list and revoke tokens (admin only)");
  addCreate(tokens, context);
  pageOptions(tokens.command("list").description("list tokens, newest first")).action(
    async (options: PageOptions) => {
      const page = await context.client().tokens.list(options);
      context.print(page, () => [
        ...table(["ID", "NAME", "ROLE", "REACHES", "EXPIRES", "LAST USED", "BY"], page.items.map(row)),
        ...restLine(page.cursor),
      ]);
    },
  );
  tokens
    .command("revoke")
    .description("revoke a token: the next call with it is refused")
    .argument("<id>")
    .action(async (id: string) => {
      await context.client().tokens.revoke(id);
      context.print({ id, revoked: true }, () => [`${id} is revoked`]);
    });
}

function addCreate(tokens: Command, context: Context): void {
  tokens
    .command("create")
    .description("make a token; its secret is shown once")
    .requiredOption("--name <name>", "what it is called in the audit")
    .addOption(new Option("--role <role>").choices([...ROLES]).makeOptionMandatory())
    .option("--apps <patterns...>", "limit it to these apps (`team-*`)")
    .option("--environments <patterns...>", "limit it to these environments")
    .option("--expires-in <time>", "how long it lasts: 90d, 12h, 30m or 45s", duration)
    .action(async ({ name, role, apps, environments, expiresIn }: NewToken) => {
      const token = await context.client().tokens.create({
        name,
        role,
        scope: { apps, environments },
        ...(expiresIn === undefined ? {} : { expiresInSeconds: expiresIn }),
      });
      context.print(token, () => linesOf(token));
    });
}

function linesOf(token: NewTokenView): string[] {
  const until = token.expiresAt === null ? "until it is revoked" : `until ${moment(token.expiresAt)}`;
  return [
    `${token.id} (${token.name}) is ${token.role} for ${reached(token.scope)} ${until}.`,
    "Its secret, shown this once:",
    token.secret ?? "–",
  ];
}

function row(token: TokenView): string[] {
  const { id, name, role, scope, revoked, expiresAt, lastUsedAt, createdBy } = token;
  const end = revoked ? "revoked" : moment(expiresAt);
  return [id, name, role, reached(scope), end, moment(lastUsedAt), createdBy];
}

function reached({ apps, environments }: Scope): string {
  return `${apps.join(",")}/${environments.join(",")}`;
}

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

function duration(text: string): number {
  const [, count, unit] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError("It must be a time such as 90d, 12h, 30m or 45s.");
  return Number(count) * UNIT_SECONDS[unit!]!;
}
