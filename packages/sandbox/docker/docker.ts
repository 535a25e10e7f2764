// The `docker` of a build: hands the arguments to their command.
import { COMMANDS } from "./commands.ts";
import { finish, refuse, worldOf } from "./world.ts";

await finish(async () => {
  const [name = "", ...args] = process.argv.slice(2);
  const command = COMMANDS[name === "--version" ? "version" : name];
  if (!command)
    refuse(`docker ${name}: not available in this sandbox; there is ${Object.keys(COMMANDS).join(", ")}`);
  const world = worldOf(process.env);
  if (!world.privileged)
    refuse(
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running? (the project needs privileged mode)",
    );
  await command(world, args);
});
