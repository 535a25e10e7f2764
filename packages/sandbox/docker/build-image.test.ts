import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import tar from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildImage } from "./build-image.ts";
import { openContext } from "./context-folder.ts";
import { digestOf, type Image, manifestOf } from "./image.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-build-"));
  put("app.js", "run");
  put("lib/a.txt", "a");
  put("lib/sub/b.txt", "b");
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

let said: string[] = [];
function build(dockerfile: string, buildArgs: Record<string, string> = {}): Promise<Image> {
  said = [];
  const context = openContext(folder, "Dockerfile");
  return buildImage({ dockerfile, context, buildArgs, log: (line) => void said.push(line) });
}

const settings = (image: Image) => JSON.parse(image.config.toString()).config;

/** `path mode owner` of each entry, layer by layer. */
async function files(image: Image): Promise<string[][]> {
  return Promise.all(
    image.layers.map(async ({ bytes }) => {
      const extract = Readable.from(gunzipSync(bytes)).pipe(tar.extract());
      const names: string[] = [];
      for await (const entry of extract) {
        const { name, mode, uid, linkname } = entry.header;
        names.push(`${name} ${mode?.toString(8)} ${uid}${linkname ? ` → ${linkname}` : ""}`);
        entry.resume();
      }
      return names;
    }),
  );
}

test("the book chapter's own Dockerfile becomes one layer for its folder and one for its file", async () => {
  const image = await build(
    'FROM node:21.7\nWORKDIR /home/node/app\nCOPY app.js .\nEXPOSE 8080\nUSER node\nCMD ["node", "app.js"]\n',
  );
  expect(await files(image)).toEqual([
    ["home/ 755 0", "home/node/ 755 0", "home/node/app/ 755 0"],
    ["home/node/app/app.js 644 0"],
  ]);
  expect(settings(image)).toMatchObject({
    User: "node",
    WorkingDir: "/home/node/app",
    Cmd: ["node", "app.js"],
    ExposedPorts: { "8080/tcp": {} },
  });
  expect(image.id).toBe(digestOf(image.config));
});

test("the same content gives the same manifest, whatever the times say, and other content another", async () => {
  const dockerfile = "FROM node\nCOPY . /srv/\n";
  const first = manifestOf(await build(dockerfile));
  utimesSync(join(folder, "app.js"), 1, 2);
  expect(manifestOf(await build(dockerfile))).toBe(first);
  put("app.js", "other");
  expect(manifestOf(await build(dockerfile))).not.toBe(first);
});

test("a folder's content is copied, globs and lists go into a folder, modes and links are kept", async () => {
  chmodSync(join(folder, "app.js"), 0o755);
  symlinkSync("app.js", join(folder, "main.js"));
  const image = await build(
    'FROM scratch\nCOPY lib /srv\nCOPY --chown=node:0 *.js /srv/\nCOPY --chmod=600 ["app.js", "/srv/x.js"]\nADD lib/*.txt lib/sub/b.txt /t/',
  );
  expect(await files(image)).toEqual([
    ["srv/ 755 0", "srv/a.txt 644 0", "srv/sub/ 755 0", "srv/sub/b.txt 644 0"],
    ["srv/app.js 755 1000", "srv/main.js 777 1000 → app.js"],
    ["srv/x.js 600 0"],
    ["t/ 755 0", "t/a.txt 644 0", "t/b.txt 644 0"],
  ]);
});

test("what .dockerignore names is not there", async () => {
  put(".dockerignore", "lib\n!lib/a.txt\n.dockerignore\n");
  expect((await files(await build("FROM scratch\nCOPY . /"))).flat()).toEqual([
    "app.js 644 0",
    "lib/ 755 0",
    "lib/a.txt 644 0",
  ]);
  await expect(build("FROM scratch\nCOPY lib/sub/b.txt /")).rejects.toThrow(
    'Dockerfile:2: COPY: "lib/sub/b.txt" names nothing in the folder',
  );
});

test("ARG, ENV and --build-arg are put in where Docker puts them in", async () => {
  const dockerfile = `ARG TAG=20
FROM node:\${TAG} AS only
ARG NAME=world
ARG TAG
ENV GREETING="Hello, $NAME" OTHER='$NAME' WHERE=\${PLACE:-/srv}
LABEL greeting=$GREETING tag=$TAG
WORKDIR $WHERE
HEALTHCHECK --interval=1m30s --retries=2 CMD curl -f "http://$HOST/" || exit 1
STOPSIGNAL SIGINT
ENTRYPOINT node app.js
`;
  const image = await build(dockerfile, { NAME: "you", UNUSED: "1" });
  expect(settings(image)).toMatchObject({
    Env: expect.arrayContaining(["GREETING=Hello, you", "OTHER=$NAME", "WHERE=/srv"]),
    Labels: { greeting: "Hello, you", tag: "20" },
    WorkingDir: "/srv",
    Healthcheck: { Test: ["CMD-SHELL", 'curl -f "http://$HOST/" || exit 1'], Interval: 90e9, Retries: 2 },
    StopSignal: "SIGINT",
    Entrypoint: ["/bin/sh", "-c", "node app.js"],
  });
  expect(settings(image)).not.toHaveProperty("Cmd");
  expect(image.base).toBe("docker.io/library/node:20");
  expect(said.at(-1)).toBe("[Warning] One or more build-args [UNUSED] were not consumed");
});

test.each([
  ["FROM node\nRUN npm ci", "Dockerfile:2: RUN is not available in this sandbox"],
  ["# c\n\nFROM node\nVOLUME /data", "Dockerfile:4: VOLUME is not available in this sandbox"],
  ["FROM node AS a\nFROM scratch", "Dockerfile:2: FROM: builds of several stages"],
  ["FROM node\nCOPY --from=a x y", "Dockerfile:2: COPY --from is not available in this sandbox"],
  [
    "FROM python:3",
    "Dockerfile:1: FROM: the base image python:3 is not available in this sandbox: there are node",
  ],
  ["FROM nodejs", "the base image nodejs is not available"],
  ["COPY a b", "Dockerfile:1: COPY stands before the first FROM"],
  ["", "there is no FROM"],
  ["FROM node\nADD https://x.test/a /a", "Dockerfile:2: ADD: https://x.test/a: fetching"],
  ["FROM node\nADD a.tar.gz /a", "unpacking archives"],
  ["FROM node\nCOPY ../secret /a", '"../secret" names nothing in the folder'],
  ["FROM node\nCOPY app.js lib/a.txt /x", "more than one source file"],
  ["FROM node\nCOPY app.js /x\nCOPY app.js /x/y", "/x is a file, not a folder"],
  ["FROM node\nCOPY --chown=nobody app.js /", "there is no user nobody"],
  ["FROM node\nEXPOSE web", '"web" is not a port'],
  ["FROM node\nCOPY <<EOF /x\nhi\nEOF\n", "a here-document"],
])("what cannot be had is refused with its line: %j", async (dockerfile, why) => {
  await expect(build(dockerfile)).rejects.toThrow(why);
});
