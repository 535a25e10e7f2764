// The words of `docker` that there are: build, tag, push, login, inspect, images, version. Options that change nothing here are
// taken; any other is refused by name. What only one of them needs (a parser, an SDK client) is loaded by it alone.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { openContext } from "./context-folder.ts";
import type { Image } from "./image.ts";
import { type ImageStore, openImageStore } from "./image-store.ts";
import { parseReference } from "./reference.ts";
import { isSignedIn, signIn } from "./sign-in.ts";
import { refuse, type World } from "./world.ts";

type Command = (world: World, args: string[]) => Promise<void>;

export const COMMANDS: Record<string, Command> = { build, tag, push, login, inspect, images, version };

const RELEASE = "28.0.0-sandbox";
const flag = { type: "boolean" } as const;
const word = { type: "string" } as const;
const list = { type: "string", multiple: true } as const;

async function build(world: World, args: string[]): Promise<void> {
  const { values, positionals } = parse("build", args, {
    tag: { ...list, short: "t" },
    file: { ...word, short: "f" },
    "build-arg": list,
    label: list,
    platform: word,
    progress: word,
    pull: flag,
    "no-cache": flag,
    quiet: { ...flag, short: "q" },
  });
  if (positionals.length !== 1) refuse('"docker build" requires exactly 1 argument: the folder');
  const root = resolve(world.cwd, positionals[0]!);
  if (!existsSync(root) || !statSync(root).isDirectory())
    refuse(`unable to prepare context: path "${positionals[0]}" not found`);
  const file = values.file ? resolve(world.cwd, values.file as string) : join(root, "Dockerfile");
  if (!existsSync(file)) refuse(`unable to evaluate symlinks in Dockerfile path: ${file}: no such file`);
  const references = ((values.tag as string[]) ?? []).map(parseReference);
  const { buildImage } = await import("./build-image.ts");
  const image = await buildImage({
    dockerfile: readFileSync(file, "utf8"),
    context: openContext(root, relative(root, file)),
    buildArgs: pairs("--build-arg", values["build-arg"] as string[]),
    labels: values.label ? pairs("--label", values.label as string[]) : undefined,
    log: values.quiet ? () => {} : world.out,
  });
  const store = storeOf(world);
  store.add(image);
  world.out(values.quiet ? image.id : `Successfully built ${image.id.slice(7, 19)}`);
  for (const { full } of references) {
    store.name(full, image.id);
    if (!values.quiet) world.out(`Successfully tagged ${full}`);
  }
}

async function tag(world: World, args: string[]): Promise<void> {
  const { positionals } = parse("tag", args, {});
  const [source, target] = positionals;
  if (!source || !target || positionals.length > 2) refuse('"docker tag" requires exactly 2 arguments');
  const store = storeOf(world);
  store.name(parseReference(target).full, find(store, source).id);
}

async function push(world: World, args: string[]): Promise<void> {
  const { positionals } = parse("push", args, { quiet: { ...flag, short: "q" } });
  if (positionals.length !== 1) refuse('"docker push" requires exactly 1 argument');
  const reference = parseReference(positionals[0]!);
  const store = storeOf(world);
  const image = store.find(reference.full, "");
  if (!image) refuse(`An image does not exist locally with the tag: ${reference.repository}`);
  if (!isSignedIn(world, reference.host)) refuse("no basic auth credentials");
  const { pushImage } = await import("./push-image.ts");
  store.notePush(reference.repository, image.id, await pushImage(world, image, reference));
}

async function login(world: World, args: string[]): Promise<void> {
  const { values, positionals } = parse("login", args, {
    username: { ...word, short: "u" },
    password: { ...word, short: "p" },
    "password-stdin": flag,
  });
  const [host] = positionals;
  if (!host || positionals.length > 1)
    refuse('"docker login" requires exactly 1 argument here: the registry');
  const password = values["password-stdin"] ? (await text(process.stdin)).trim() : values.password;
  if (!values.username || !password)
    refuse("Error: Cannot perform an interactive login from a non TTY device");
  await signIn(world, host.replace(/^https:\/\//, ""), values.username as string, password as string);
}

async function inspect(world: World, args: string[]): Promise<void> {
  const { values, positionals } = parse("inspect", args, { format: { ...word, short: "f" } });
  const store = storeOf(world);
  const image = find(store, positionals[0] ?? refuse('"docker inspect" requires an image'));
  const digests = store.repositoryDigests(image.id);
  const format = (values.format as string | undefined)?.replaceAll(/\s+/g, " ").trim();
  if (format === undefined)
    world.out(
      JSON.stringify(
        [{ Id: image.id, RepoDigests: digests, ...JSON.parse(image.config.toString()) }],
        null,
        2,
      ),
    );
  else if (/^\{\{ ?\.Id ?\}\}$/.test(format)) world.out(image.id);
  else if (/^\{\{ ?index \.RepoDigests 0 ?\}\}$/.test(format))
    world.out(digests[0] ?? refuse("template: index of untyped nil: the image was not pushed"));
  else
    refuse(
      `docker inspect --format ${format} is not available in this sandbox; there are {{.Id}} and {{index .RepoDigests 0}}`,
    );
}

async function images(world: World, args: string[]): Promise<void> {
  parse("images", args, {});
  world.out("REPOSITORY:TAG IMAGE ID");
  for (const [name, id] of Object.entries(storeOf(world).names())) world.out(`${name} ${id.slice(7, 19)}`);
}

async function version(world: World): Promise<void> {
  world.out(`Docker version ${RELEASE}: images from a Dockerfile's instructions, without running anything`);
}

function find(store: ImageStore, given: string): Image {
  const byId = /^(sha256:)?[0-9a-f]{6,64}$/.test(given);
  const reference = byId ? given : parseReference(given).full;
  return store.find(reference, given) ?? refuse(`Error response from daemon: No such image: ${given}`);
}

function storeOf(world: World): ImageStore {
  return openImageStore(join(world.home, ".local", "share", "docker"));
}

function pairs(option: string, given: string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const cut = one.indexOf("=");
      if (cut >= 0) return [one.slice(0, cut), one.slice(cut + 1)];
      return [one, process.env[one] ?? refuse(`${option} ${one}: needs a value, ${one}=…`)];
    }),
  );
}

function parse(command: string, args: string[], options: NonNullable<ParseArgsConfig["options"]>) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    return refuse(
      `docker ${command}: ${(error as Error).message.split(". ")[0]}: not available in this sandbox`,
      125,
    );
  }
}
