// `tutti tokens create|list|revoke`: tokens of the API. What the API cannot do yet it says itself.
import type { Command } from "commander";
import type { Context } from "../context.ts";

type NewToken = { name: string; role: string; apps?: string[]; environments?: string[] };

export function addTokens(program: Command, context: Context): void {
  const tokens = program.command("tokens").description("make, list and revoke tokens (admin only)");
  tokens
    .command("list")
    .description("list tokens")
    .action(async () => show(context, await context.client().call("GET /v1/tokens", {})));
  tokens
    .command("create")
    .description("make a token; its secret is shown once")
    .requiredOption("--name <name>")
    .requiredOption("--role <role>", "viewer, deployer, operator or admin")
    .option("--apps <patterns...>", "limit it to these apps (`team-*`)")
    .option("--environments <names...>", "limit it to these environments")
    .action(async (body: NewToken) =>
      show(context, await context.client().call("POST /v1/tokens", { body })),
    );
  tokens
    .command("revoke")
    .description("revoke a token")
    .argument("<id>")
    .action(async (id: string) =>
      show(context, await context.client().call("DELETE /v1/tokens/{id}", { params: { id } })),
    );
}

function show(context: Context, answer: unknown): void {
  context.print(answer, () => [JSON.stringify(answer, null, 2)]);
}
