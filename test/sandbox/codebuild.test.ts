// CodeBuild, as its client sees it: real shells, real images.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as codebuild from "@aws-sdk/client-codebuild";
import * as ecr from "@aws-sdk/client-ecr";
import { expect, test, vi } from "vitest";
import { aSandbox, type TestSandbox } from "#test/support/sandbox.ts";
import { shared } from "#test/support/shared.ts";
import { aWorkshop, contextOf, phasesOf, specOf, type Workshop } from "./a-build.ts";

const REGISTRY = "000000000000.dkr.ecr.us-east-1.amazonaws.com";
const LOGIN = `aws ecr get-login-password --region us-east-1 | docker login --username AWS --password-stdin ${REGISTRY}`;
/** The book chapter's own. */
const DOCKERFILE = `FROM node:21.7

WORKDIR /home/node/app

COPY app.js .

EXPOSE 8080

USER node

CMD ["node", "app.js"]
`;

function commandOf(pid: string): string {
  try {
    // A zombie that nobody has waited for has no command line any more.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

let sandbox: TestSandbox;
let workshop: Workshop;
let registry: ecr.ECRClient;
shared(
  async () => {
    sandbox = await aSandbox();
    workshop = await aWorkshop(() => sandbox.config());
    registry = new ecr.ECRClient(sandbox.config());
    for (const repositoryName of ["mine/app", "theirs/app"])
      await registry.send(new ecr.CreateRepositoryCommand({ repositoryName }));
  },
  () => sandbox?.remove(),
);

test("the commands of all phases run in one shell, with the source, the variables and the role's credentials", async () => {
  const sourceLocationOverride = await workshop.source("one.zip", { "hello.txt": "hello", "bin/x": "1" });
  const buildspecOverride = specOf(
    {
      install: { commands: ["cd bin", "WHERE=here"] },
      build: {
        commands: [
          'echo "$WHERE $(pwd) $(cat ../hello.txt) $GREETING $NAME"',
          'test -n "$AWS_SECRET_ACCESS_KEY"',
        ],
      },
      post_build: { commands: ["RESULT=$CODEBUILD_BUILD_SUCCEEDING-$WHERE"] },
    },
    { variables: { GREETING: "from the spec", NAME: "spec" }, "exported-variables": ["RESULT"] },
  );
  const started = await workshop.start({
    sourceTypeOverride: "S3",
    sourceLocationOverride,
    buildspecOverride,
    environmentVariablesOverride: [{ name: "NAME", value: "override" }],
  });
  expect(started).toMatchObject({ buildStatus: "IN_PROGRESS", buildNumber: 1, projectName: "workshop" });
  const build = await workshop.ended(started.id);
  expect(build).toMatchObject({
    buildStatus: "SUCCEEDED",
    exportedEnvironmentVariables: [{ name: "RESULT", value: "1-here" }],
  });
  expect(build.phases?.map((phase) => phase.phaseType)).toEqual(
    "SUBMITTED QUEUED PROVISIONING DOWNLOAD_SOURCE INSTALL PRE_BUILD BUILD POST_BUILD UPLOAD_ARTIFACTS FINALIZING COMPLETED".split(
      " ",
    ),
  );
  const log = await workshop.log(build);
  expect(log).toMatch(/here \S+\/src\/bin hello from the spec override\n/);
  expect(log).toContain("Running command cd bin");
});

test("a command that fails ends its phase and says so; post_build and finally still run", async () => {
  const buildspecOverride = specOf({
    build: { commands: ["echo before", "sh -c 'exit 7'", "echo never"], finally: ["echo at last"] },
    post_build: { commands: ["echo afterwards $CODEBUILD_BUILD_SUCCEEDING"] },
  });
  const build = await workshop.ended((await workshop.start({ buildspecOverride })).id);
  expect(build.buildStatus).toBe("FAILED");
  expect(phasesOf(build)).toEqual({
    INSTALL: "SUCCEEDED",
    PRE_BUILD: "SUCCEEDED",
    BUILD: "FAILED",
    POST_BUILD: "SUCCEEDED",
  });
  expect(contextOf(build)).toEqual({
    statusCode: "COMMAND_EXECUTION_ERROR",
    message: "Error while executing command: sh -c 'exit 7'. Reason: exit status 7",
  });
  const log = await workshop.log(build);
  for (const line of ["before", "at last", "afterwards 0"]) expect(log).toContain(`\n${line}\n`);
  expect(log).not.toContain("\nnever\n");
});

test("on-failure says whether the next phase runs; a shell that is gone fails its command", async () => {
  const run = async (phases: object) =>
    workshop.ended((await workshop.start({ buildspecOverride: specOf(phases) })).id);
  const post_build = { commands: ["true"] };
  const aborted = await run({ build: { commands: ["exit 3"], "on-failure": "ABORT" }, post_build });
  expect(phasesOf(aborted)).not.toHaveProperty("POST_BUILD");
  expect(contextOf(aborted)?.message).toContain("exit status 3");
  const install = { commands: ["false"], "on-failure": "CONTINUE" };
  expect(phasesOf(await run({ install, build: { commands: ["true"] } }))).toMatchObject({
    INSTALL: "FAILED",
    BUILD: "SUCCEEDED",
  });
  expect(phasesOf(await run({ install: { commands: ["false"] }, post_build }))).toEqual({
    INSTALL: "FAILED",
  });
});

test("a source that the role may not read, or a buildspec that is none, fails the download", async () => {
  const location = { sourceTypeOverride: "S3" as const, sourceLocationOverride: "elsewhere/x.zip" };
  const denied = await workshop.build(["true"], location);
  expect([denied.buildStatus, contextOf(denied)?.message]).toEqual([
    "FAILED",
    expect.stringMatching(/^CLIENT_ERROR: (AccessDenied|NoSuchBucket)/),
  ]);
  const sourceLocationOverride = await workshop.source("bad.zip", {
    "buildspec.yml": "version: 0.2\nbatch: {}\n",
  });
  const started = await workshop.start({
    sourceTypeOverride: "S3",
    sourceLocationOverride,
    buildspecOverride: "buildspec.yml",
  });
  expect(contextOf(await workshop.ended(started.id))).toEqual({
    statusCode: "YAML_FILE_ERROR",
    message: "batch is not available in this sandbox: version, env, phases",
  });
});

test("an image is built from the chapter's Dockerfile, pushed, and the same folder gives the same digest", async () => {
  const files = { Dockerfile: DOCKERFILE, "app.js": "console.log(1);\n", "notes.txt": "not copied" };
  const sourceLocationOverride = await workshop.source("image.zip", files);
  const image = `${REGISTRY}/mine/app`;
  const build = async (tag: string) => {
    const commands = [
      LOGIN,
      `docker build -t app:${tag} .`,
      `docker tag app:${tag} ${image}:${tag}`,
      `docker push ${image}:${tag}`,
      `REFERENCE=$(docker inspect --format '{{index .RepoDigests 0}}' ${image}:${tag})`,
    ];
    const buildspecOverride = specOf({ build: { commands } }, { "exported-variables": ["REFERENCE"] });
    const started = await workshop.start({
      sourceTypeOverride: "S3",
      sourceLocationOverride,
      buildspecOverride,
    });
    const ended = await workshop.ended(started.id);
    expect([ended.buildStatus, contextOf(ended)?.message]).toEqual(["SUCCEEDED", undefined]);
    return ended.exportedEnvironmentVariables?.[0]?.value;
  };
  const [first, again] = [await build("1"), await build("2")];
  expect(first).toMatch(/^000000000000\.dkr\.ecr\.us-east-1\.amazonaws\.com\/mine\/app@sha256:[0-9a-f]{64}$/);
  expect(again).toBe(first);
  const imageIds = [{ imageTag: "2" }];
  const { images } = await registry.send(
    new ecr.BatchGetImageCommand({ repositoryName: "mine/app", imageIds }),
  );
  expect(`${image}@${images?.[0]?.imageId?.imageDigest}`).toBe(first);
  const manifest = JSON.parse(images?.[0]?.imageManifest ?? "");
  expect(manifest.annotations).toEqual({
    "org.opencontainers.image.base.name": "docker.io/library/node:21.7",
  });
  const layerDigest = manifest.config.digest;
  const { downloadUrl = "" } = await registry.send(
    new ecr.GetDownloadUrlForLayerCommand({ repositoryName: "mine/app", layerDigest }),
  );
  const { config } = (await (await fetch(downloadUrl)).json()) as { config: object };
  expect(config).toMatchObject({
    Cmd: ["node", "app.js"],
    ExposedPorts: { "8080/tcp": {} },
    User: "node",
    WorkingDir: "/home/node/app",
  });
});

test("what a Dockerfile asks for and cannot have is refused with its line", async () => {
  const dockerfile = "FROM node:21.7\nCOPY app.js .\nRUN npm ci\n";
  const sourceLocationOverride = await workshop.source("run.zip", { Dockerfile: dockerfile, "app.js": "" });
  const build = await workshop.build(["docker build -t x ."], {
    sourceTypeOverride: "S3",
    sourceLocationOverride,
  });
  expect(build.buildStatus).toBe("FAILED");
  expect(await workshop.log(build)).toContain("Dockerfile:3: RUN is not available in this sandbox");
});

test("a push takes a sign-in, a permission and a privileged project", async () => {
  const make = ["mkdir x", "printf 'FROM scratch\\nCMD [\"x\"]\\n' >x/Dockerfile"];
  const theirs = `${REGISTRY}/theirs/app`;
  const logOf = async (...args: Parameters<Workshop["build"]>) => workshop.log(await workshop.build(...args));
  const [unsigned, guessed, denied, plain] = await Promise.all([
    logOf([...make, `docker build -q -t ${theirs} x`, `docker push ${theirs}`]),
    logOf([`echo guess | docker login -u AWS --password-stdin ${REGISTRY}`]),
    logOf([LOGIN, ...make, `docker build -q -t ${theirs} x`, `docker push ${theirs}`]),
    logOf(["docker version"], { privilegedModeOverride: false }),
  ]);
  expect(unsigned).toContain("no basic auth credentials");
  expect(guessed).toContain("failed with status: 401");
  expect(denied).toContain(
    "denied: User: arn:aws:iam::000000000000:role/builder is not authorized to perform: ecr:",
  );
  expect(plain).toContain("Cannot connect to the Docker daemon");
});

test("a build is stopped with everything it started, and its folder goes", async () => {
  const buildspecOverride = specOf({ build: { commands: ["sleep 1000 & sleep 1000"] } });
  const { id } = await workshop.start({ buildspecOverride });
  while ((await workshop.look(id)).currentPhase !== "BUILD")
    await new Promise((wait) => setTimeout(wait, 20));
  await workshop.client.send(new codebuild.StopBuildCommand({ id }));
  const build = await workshop.ended(id);
  expect([build.buildStatus, phasesOf(build).BUILD]).toEqual(["STOPPED", "STOPPED"]);
  expect(existsSync(`${sandbox.directory}/codebuild/work/${id?.replace(":", "_")}`)).toBe(false);
});

test("what a build started goes with it, also what left its process group", async () => {
  const build = await workshop.build(["setsid sleep 987654 >/dev/null 2>&1 & sleep 0.1"]);
  expect(build.buildStatus).toBe("SUCCEEDED");
  const running = readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && commandOf(pid).includes("987654"),
  );
  expect(running).toEqual([]);
});

test("a sandbox that is stopped ends its builds", async () => {
  const own = await aSandbox();
  const theirs = await aWorkshop(() => own.config());
  const { id } = await theirs.start({ buildspecOverride: specOf({ build: { commands: ["sleep 1000"] } }) });
  while ((await theirs.look(id)).currentPhase !== "BUILD") await new Promise((wait) => setTimeout(wait, 20));
  await own.stop();
  const again = await aSandbox({ directory: own.directory });
  const client = new codebuild.CodeBuildClient(again.config());
  const build = (await client.send(new codebuild.BatchGetBuildsCommand({ ids: [id!] }))).builds?.[0];
  expect([build?.buildStatus, contextOf(build!)?.message]).toEqual(["FAILED", "The sandbox was stopped."]);
  await again.remove();
});

test("a build that takes too long is ended as timed out", async () => {
  const buildspecOverride = specOf({
    build: { commands: ["sleep 1000"] },
    post_build: { commands: ["true"] },
  });
  const setTimer = vi.spyOn(globalThis, "setTimeout");
  const { id } = await workshop.start({ buildspecOverride, timeoutInMinutesOverride: 6 });
  const timeout = setTimer.mock.calls.find(([, milliseconds]) => milliseconds === 360_000)?.[0];
  setTimer.mockRestore();
  while ((await workshop.look(id)).currentPhase !== "BUILD")
    await new Promise((wait) => setTimeout(wait, 20));
  timeout?.();
  const build = await workshop.ended(id);
  expect([build.buildStatus, contextOf(build)?.message]).toEqual(["TIMED_OUT", "Build has timed out."]);
  expect(phasesOf(build)).not.toHaveProperty("POST_BUILD");
});

test("the same token starts one build, and with other parameters none", async () => {
  const input = { idempotencyToken: "once" };
  const [one, two] = [await workshop.start(input), await workshop.start(input)];
  expect(two.id).toBe(one.id);
  const other = { ...input, environmentVariablesOverride: [{ name: "A", value: "1" }] };
  await expect(workshop.start(other)).rejects.toBeInstanceOf(codebuild.InvalidInputException);
  await workshop.ended(one.id);
});

test("projects are changed, listed and deleted, and what is not implemented is refused by name", async () => {
  const { client } = workshop;
  const artifacts = { type: "S3" as const, location: "sources" };
  await expect(
    client.send(new codebuild.UpdateProjectCommand({ name: "workshop", artifacts })),
  ).rejects.toThrow("type S3 is not available in this sandbox: NO_ARTIFACTS");
  await expect(workshop.start({ gitCloneDepthOverride: 1 })).rejects.toThrow("gitCloneDepthOverride");
  await expect(workshop.start({ projectName: "none" })).rejects.toBeInstanceOf(
    codebuild.ResourceNotFoundException,
  );
  await client.send(new codebuild.UpdateProjectCommand({ name: "workshop", timeoutInMinutes: 7 }));
  const { projects } = await client.send(new codebuild.BatchGetProjectsCommand({ names: ["workshop", "x"] }));
  expect(projects).toMatchObject([{ name: "workshop", timeoutInMinutes: 7 }]);
  expect((await client.send(new codebuild.ListProjectsCommand({}))).projects).toEqual(["workshop"]);
});

test("a build that a killed sandbox left under way has failed after the restart", async () => {
  const own = await aSandbox();
  await own.stop();
  const program = new URL("../support/run-sandbox.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, own.directory], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  const { endpoint, rootCredentials } = JSON.parse(line);
  const config = () => ({
    region: "us-east-1",
    endpoint,
    credentials: { ...rootCredentials },
    forcePathStyle: true,
  });
  const theirs = await aWorkshop(config);
  const { id } = await theirs.start({ buildspecOverride: specOf({ build: { commands: ["sleep 1000"] } }) });
  while ((await theirs.look(id)).currentPhase !== "BUILD") await new Promise((wait) => setTimeout(wait, 20));
  child.kill("SIGKILL");
  await once(child, "exit");
  const again = await aSandbox({ directory: own.directory });
  const client = new codebuild.CodeBuildClient(again.config());
  const build = (await client.send(new codebuild.BatchGetBuildsCommand({ ids: [id!] }))).builds?.[0];
  expect(build).toMatchObject({ buildStatus: "FAILED", buildComplete: true });
  expect(contextOf(build!)?.message).toBe("The sandbox ended while the build was running.");
  await again.remove();
});
