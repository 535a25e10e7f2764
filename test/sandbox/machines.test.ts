// Machines as an operator sees them: real processes, commands by Systems Manager, services by systemctl.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { createMachines, type Machines } from "#sandbox/machines/service.ts";
import type { Platform } from "#sandbox/platform.ts";
import { barePlatform, call } from "./bare-platform.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function someMachines(platform: Platform = barePlatform(), ids = ["mi-1"]): Promise<Machines> {
  const machines = createMachines(platform);
  await machines.service.start!();
  cleanups.push(() => machines.service.stop!());
  for (const id of ids) await machines.ensure({ id, name: `host-${id}`, tags: { pool: "web" } });
  return machines;
}

type Result = {
  Status: string;
  StatusDetails: string;
  ResponseCode: number;
  StandardOutputContent: string;
  StandardErrorContent: string;
};

async function send(machines: Machines, commands: string[], more: object = {}): Promise<string> {
  const { Command } = await call(machines.service, "SendCommand", {
    DocumentName: "AWS-RunShellScript",
    InstanceIds: ["mi-1"],
    Parameters: { commands },
    ...more,
  });
  return (Command as { CommandId: string }).CommandId;
}

async function resultOf(machines: Machines, CommandId: string, InstanceId = "mi-1"): Promise<Result> {
  for (;;) {
    const result = (await call(machines.service, "GetCommandInvocation", {
      CommandId,
      InstanceId,
    })) as unknown as Result;
    if (!["Pending", "InProgress", "Cancelling"].includes(result.Status)) return result;
    await sleep(5);
  }
}

const run = async (machines: Machines, ...commands: string[]) =>
  resultOf(machines, await send(machines, commands));

/** What it printed; fails where the command did. */
async function output(machines: Machines, ...commands: string[]): Promise<string> {
  const { Status, StandardOutputContent, StandardErrorContent } = await run(machines, ...commands);
  expect({ Status, StandardErrorContent }).toMatchObject({ Status: "Success" });
  return StandardOutputContent;
}

const UNIT = (directory: string, more = "") => `[Unit]
Description=Test app
[Service]
ExecStart=/usr/bin/env node app.js
WorkingDirectory=${directory}
EnvironmentFile=-${directory}/env
Environment=GREETING="Hello, World!"
Restart=on-failure
RestartSec=100ms
${more}
[Install]
WantedBy=multi-user.target
`;

const APP = `require("node:http").createServer((q, s) => {
  if (q.url === "/crash") process.exit(7);
  s.end(process.env.GREETING + " " + process.pid);
}).listen(Number(process.env.PORT || 8080), () => console.log("listening on " + process.env.HOST));
`;

/** Installs and starts the unit `app` on the first machine. Answers its URL. */
async function installApp(machines: Machines, more = ""): Promise<string> {
  const { directory, address } = machines.list()[0]!;
  writeFileSync(join(directory, "app.js"), APP);
  writeFileSync(join(directory, "app.service"), UNIT(directory, more));
  await output(machines, `systemctl link ${directory}/app.service && systemctl enable --now app`);
  const url = `http://${address}:8080/`;
  await answered(url);
  return url;
}

async function answered(url: string): Promise<string> {
  for (const end = Date.now() + 60_000; ; await sleep(20)) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return response.text();
    if (Date.now() > end) throw new Error(`${url} does not answer`);
  }
}

test("A command runs in the machine's own directory, with a clean environment.", async () => {
  process.env.npm_config_secret = "leak";
  const machines = await someMachines();
  const [machine] = machines.list();
  const lines = (await output(machines, "pwd", "env | sort", "command -v systemctl")).trim().split("\n");
  delete process.env.npm_config_secret;
  expect(lines[0]).toBe(machine!.directory);
  expect(lines.at(-1)).toBe(`${machine!.directory}/bin/systemctl`);
  expect(lines).toContain(`HOME=${machine!.directory}`);
  expect(lines).toContain(`HOST=${machine!.address}`);
  expect(lines.filter((line) => line.startsWith("npm_"))).toEqual([]);
  // Where this AWS is, and no key of it.
  expect(lines.filter((line) => line.startsWith("AWS_")).map((line) => line.split("=")[0])).toEqual([
    "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    "AWS_ENDPOINT_URL",
  ]);
});

test("A command's end, its code and its errors are told; output is cut at 24,000 characters.", async () => {
  const machines = await someMachines();
  expect(await run(machines, "echo out; echo err >&2; exit 3")).toMatchObject({
    Status: "Failed",
    StatusDetails: "Failed",
    ResponseCode: 3,
    StandardOutputContent: "out\n",
    StandardErrorContent: "err\n\nfailed to run commands: exit status 3",
  });
  expect(await output(machines, "head -c 30000 /dev/zero | tr '\\0' x")).toHaveLength(24_000);
});

test("A command is timed out or cancelled with everything it started.", async () => {
  const machines = await someMachines();
  const { directory } = machines.list()[0]!;
  const slow = ["(sleep 60 & echo $! > child; wait)"];
  const timed = await send(machines, slow, { Parameters: { commands: slow, executionTimeout: ["1"] } });
  expect(await resultOf(machines, timed)).toMatchObject({
    Status: "TimedOut",
    StatusDetails: "ExecutionTimedOut",
  });
  expect(existsSync(`/proc/${readFileSync(join(directory, "child"), "utf8").trim()}/cwd`)).toBe(false);
  const cancelled = await send(machines, ["sleep 60"]);
  await sleep(50);
  await call(machines.service, "CancelCommand", { CommandId: cancelled });
  expect(await resultOf(machines, cancelled)).toMatchObject({ Status: "Cancelled", ResponseCode: 137 });
});

test("Targets by tag, MaxConcurrency and MaxErrors: after too many errors the others are not started.", async () => {
  const machines = await someMachines(barePlatform(), ["mi-1", "mi-2", "mi-3"]);
  const id = await send(machines, ["exit 1"], {
    InstanceIds: undefined,
    Targets: [{ Key: "tag:pool", Values: ["web"] }],
    MaxConcurrency: "1",
    MaxErrors: "1",
  });
  await resultOf(machines, id, "mi-3");
  const { CommandInvocations } = await call(machines.service, "ListCommandInvocations", {
    CommandId: id,
    Details: true,
  });
  expect((CommandInvocations as Result[]).map((one) => `${one.Status} ${one.StatusDetails}`)).toEqual([
    "Failed Failed",
    "Failed Failed",
    "Cancelled Terminated",
  ]);
  const { Commands } = await call(machines.service, "ListCommands", { CommandId: id });
  expect((Commands as object[])[0]).toMatchObject({
    Status: "Failed",
    TargetCount: 3,
    ErrorCount: 2,
    CompletedCount: 3,
  });
});

test("An unplugged machine is ConnectionLost and gets its command when it is back, or DeliveryTimedOut.", async () => {
  const machines = await someMachines(barePlatform(undefined, { timeScale: 100 }));
  await machines.setOnline("mi-1", false);
  const { InstanceInformationList } = await call(machines.service, "DescribeInstanceInformation", {
    Filters: [{ Key: "tag:pool", Values: ["web"] }],
  });
  expect(InstanceInformationList).toMatchObject([{ InstanceId: "mi-1", PingStatus: "ConnectionLost" }]);
  const lost = await send(machines, ["true"], { TimeoutSeconds: 30 });
  expect(await resultOf(machines, lost)).toMatchObject({
    Status: "TimedOut",
    StatusDetails: "DeliveryTimedOut",
  });
  const late = await send(machines, ["true"]);
  await sleep(30);
  await machines.setOnline("mi-1", true);
  expect(await resultOf(machines, late)).toMatchObject({ Status: "Success" });
});

test("What SendCommand cannot do is refused in AWS's words.", async () => {
  const machines = await someMachines();
  await expect(send(machines, ["true"], { InstanceIds: ["mi-9"] })).rejects.toMatchObject({
    code: "InvalidInstanceId",
  });
  await expect(send(machines, ["true"], { DocumentName: "X" })).rejects.toMatchObject({
    code: "InvalidDocument",
  });
  await expect(send(machines, [])).rejects.toMatchObject({ code: "InvalidParameters" });
  await expect(send(machines, ["true"], { TimeoutSeconds: 5 })).rejects.toMatchObject({
    code: "ValidationException",
  });
  await expect(
    call(machines.service, "GetCommandInvocation", { CommandId: "none", InstanceId: "mi-1" }),
  ).rejects.toMatchObject({ code: "InvocationDoesNotExist" });
});

test("A unit runs on the machine's own address, is started again when it crashes, and its journal tells why.", async () => {
  const machines = await someMachines();
  const url = await installApp(machines);
  expect(await answered(url)).toMatch(/^Hello, World! \d+$/);
  await fetch(`${url}crash`).catch(() => {});
  await answered(url);
  expect(await output(machines, "systemctl show app -p NRestarts -p ActiveState --value")).toBe(
    "1\nactive\n",
  );
  expect(await output(machines, "journalctl -u app -n 50 --no-pager")).toMatch(
    /listening on 127[\s\S]*Main process exited, code=exited, status=7[\s\S]*Scheduled restart job/,
  );
});

test("A unit that crashes at once reaches its start limit and stays failed until it is reset.", async () => {
  const machines = await someMachines();
  await installApp(machines, "StartLimitBurst=3\nRestartSec=10ms");
  const { directory } = machines.list()[0]!;
  writeFileSync(join(directory, "app.js"), "process.exit(1)");
  await run(machines, "systemctl restart app");
  await run(machines, "while systemctl is-active app | grep -q activ; do sleep 0.05; done");
  expect(await output(machines, "systemctl show app -p Result,ActiveState")).toBe(
    "Result=start-limit-hit\nActiveState=failed\n",
  );
  expect(await run(machines, "systemctl start app")).toMatchObject({ ResponseCode: 1 });
  writeFileSync(join(directory, "app.js"), APP);
  expect(
    await output(machines, "systemctl reset-failed app && systemctl start app && systemctl is-active app"),
  ).toBe("active\n");
});

test("Stopping asks first and kills after TimeoutStopSec, the whole group.", async () => {
  const machines = await someMachines();
  const url = await installApp(machines, "TimeoutStopSec=300ms");
  const { directory } = machines.list()[0]!;
  writeFileSync(join(directory, "app.js"), `process.on("SIGTERM", () => {});\n${APP}`);
  await output(machines, "systemctl restart app");
  await answered(url);
  await output(machines, "systemctl stop app");
  expect(await fetch(url).catch(() => "gone")).toBe("gone");
  expect(await output(machines, "systemctl show app -p Result,MainPID")).toBe("Result=timeout\nMainPID=0\n");
});

test("Commands that would reach the real host are refused.", async () => {
  const machines = await someMachines();
  for (const command of [
    "useradd x",
    "apt-get install x",
    "shutdown now",
    "loginctl list",
    "systemctl poweroff",
  ])
    expect(await run(machines, command)).toMatchObject({
      ResponseCode: 1,
      StandardErrorContent: expect.stringContaining("not available on a sandbox machine"),
    });
});

test("A reboot ends every process and starts the enabled units again.", async () => {
  const machines = await someMachines();
  const url = await installApp(machines);
  const before = await answered(url);
  const { directory } = machines.list()[0]!;
  expect((await run(machines, "setsid sleep 100 & echo $! > stray; sleep 0.1; reboot; sleep 5")).Status).toBe(
    "Failed",
  );
  await sleep(100);
  expect(await answered(url)).not.toBe(before);
  expect(existsSync(`/proc/${readFileSync(join(directory, "stray"), "utf8").trim()}/cwd`)).toBe(false);
});

test("After a restart of the sandbox the enabled units run again; a command under way is Failed, Undeliverable.", async () => {
  const platform = barePlatform();
  const machines = await someMachines(platform);
  const url = await installApp(machines);
  const cut = await send(machines, ["sleep 30"]);
  await sleep(50);
  const begun = Date.now();
  await machines.service.stop!();
  expect(Date.now() - begun).toBeLessThan(25_000);
  expect(await fetch(url).catch(() => "gone")).toBe("gone");
  const again = createMachines(barePlatform(platform));
  cleanups.push(() => again.service.stop!());
  await again.service.start!();
  expect(await answered(url)).toMatch(/^Hello/);
  expect(await resultOf(again, cut)).toMatchObject({ Status: "Failed", StatusDetails: "Undeliverable" });
});

test("Parameters: versions, overwriting, and secrets that lie encrypted on disk.", async () => {
  const platform = barePlatform();
  const { service } = await someMachines(platform);
  await call(service, "PutParameter", { Name: "/app/password", Value: "hunter2", Type: "SecureString" });
  const get = (more = {}) => call(service, "GetParameter", { Name: "/app/password", ...more });
  expect(await get({ WithDecryption: true })).toMatchObject({ Parameter: { Value: "hunter2", Version: 1 } });
  expect((await get()).Parameter).not.toMatchObject({ Value: "hunter2" });
  expect(readFileSync(join(platform.directory, "ssm", "parameters.json"), "utf8")).not.toContain("hunter2");
  const again = { Name: "/app/password", Value: "hunter3", Type: "SecureString" };
  await expect(call(service, "PutParameter", again)).rejects.toMatchObject({
    code: "ParameterAlreadyExists",
  });
  expect(await call(service, "PutParameter", { ...again, Overwrite: true })).toMatchObject({ Version: 2 });
  await call(service, "DeleteParameter", { Name: "/app/password" });
  await expect(get()).rejects.toMatchObject({ code: "ParameterNotFound" });
});

test("A process that exits without stopping its sandbox leaves nothing running.", async () => {
  const { directory } = barePlatform();
  const script = `
    import { createMachines } from ${JSON.stringify(fileURLToPath(import.meta.resolve("#sandbox/machines/service.ts")))};
    const machines = createMachines({ directory: ${JSON.stringify(directory)}, addressFor: () => "127.99.0.1", now: Date.now, log() {}, machineAddresses: new Map() });
    await machines.ensure({ id: "mi-1", name: "one", tags: {} });
    const group = await machines.fleet.machine("mi-1").spawn({ argv: ["/bin/sleep", "60"] });
    console.log(group.pid);
    process.exit(1);`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(stdout).toMatch(/^\d+\n$/);
  await sleep(50);
  expect(existsSync(`/proc/${stdout.trim()}/cwd`)).toBe(false);
});
