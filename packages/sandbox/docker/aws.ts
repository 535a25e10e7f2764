// The `aws` of a build: `aws ecr get-login-password`, and no more. Whatever else a build wants of AWS, it finds an
// endpoint and credentials in its environment.
import { parseArgs } from "node:util";
import { ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { finish, refuse } from "./world.ts";

await finish(async () => {
  const args = process.argv.slice(2);
  if (args[0] !== "ecr" || args[1] !== "get-login-password")
    refuse(
      `aws ${args.slice(0, 2).join(" ")}: not available in a build of this sandbox; there is aws ecr get-login-password`,
      252,
    );
  const { values } = parseArgs({ args: args.slice(2), options: { region: { type: "string" } } });
  const client = new ECRClient(values.region ? { region: values.region } : {});
  const { authorizationData = [] } = await client.send(new GetAuthorizationTokenCommand({}));
  const token = Buffer.from(authorizationData[0]?.authorizationToken ?? "", "base64").toString();
  process.stdout.write(`${token.slice(token.indexOf(":") + 1)}\n`);
});
