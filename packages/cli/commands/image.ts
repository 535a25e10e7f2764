// `tutti image build DIR -t APP:VERSION`: images come with the container kind; until then this says so.
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { NotSupportedYet } from "../exit-code.ts";

export function addImage(program: Command, _context: Context): void {
  const image = program.command("image").description("container images");
  image
    .command("build")
    .description("an image from a Dockerfile, without Docker (not built yet)")
    .argument("<dir>")
    .requiredOption("-t, --tag <app:version>")
    .action(() => {
      throw new NotSupportedYet("building images comes with the container kind and is not built yet");
    });
}
