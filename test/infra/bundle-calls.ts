// Which calls of the SDK a function's bundle can make: those whose command our own code names and esbuild has kept. Both are asked, since
// an SDK client may bring commands along that nobody uses, and a file of ours may name one in a part that was left out.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Metafile } from "esbuild";
import { bundleOptions } from "#infra/bundles/bundle-options.ts";
import type { FunctionBlueprint } from "#infra/functions.ts";

/** What lib-dynamodb's commands are on the wire. */
const DOCUMENT_COMMANDS: Record<string, string> = {
  BatchGet: "BatchGetItem",
  BatchWrite: "BatchWriteItem",
  Delete: "DeleteItem",
  Get: "GetItem",
  Put: "PutItem",
  Update: "UpdateItem",
};

/** Each as `client operation`; sorted. */
export async function callsOf(root: string, one: FunctionBlueprint): Promise<string[]> {
  const options = bundleOptions(join(root, one.handler));
  const { metafile } = await build({ ...options, write: false, metafile: true, absWorkingDir: root });
  const named = namedCalls(root, keptFiles(metafile));
  return keptCommands(metafile)
    .filter((call) => named.has(call))
    .sort();
}

function keptFiles({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}

function keptCommands(metafile: Metafile): string[] {
  const commands = keptFiles(metafile).flatMap((path) => {
    const found = /@aws-sdk\/client-([a-z0-9-]+)\/dist-es\/commands\/(\w+)Command\.js$/.exec(path);
    return found ? [`${found[1]} ${found[2]}`] : [];
  });
  return [...new Set(commands)];
}

function namedCalls(root: string, files: string[]): Set<string> {
  const calls = new Set<string>();
  for (const path of files.filter((one) => !one.includes("node_modules"))) {
    const source = readFileSync(join(root, path), "utf8");
    const clients = [...source.matchAll(/"@aws-sdk\/(?:client-([a-z0-9-]+)|lib-dynamodb)"/g)];
    for (const [, name] of source.matchAll(/\b([A-Z]\w+)Command\b/g))
      for (const [, client] of clients)
        calls.add(client ? `${client} ${name}` : `dynamodb ${DOCUMENT_COMMANDS[name!] ?? name}`);
  }
  return calls;
}
