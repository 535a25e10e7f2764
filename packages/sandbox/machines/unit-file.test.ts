import { expect, test } from "vitest";
import { parseUnit } from "./unit-file.ts";
import { parseSpan, signalName } from "./unit-values.ts";

const unit = (lines: string) => parseUnit(`[Service]\nExecStart=/bin/app\n${lines}`, "app.service");

test("A simple service is read with systemd's defaults.", () => {
  expect(
    parseUnit("[Unit]\nDescription=An app\n[Service]\nExecStart=/bin/app --flag 'a b'\n", "app.service"),
  ).toEqual({
    description: "An app",
    binds: [],
    type: "simple",
    startsBefore: [],
    execStart: ["/bin/app", "--flag", "a b"],
    ignoreFailure: false,
    workingDirectory: undefined,
    environment: [],
    environmentFiles: [],
    user: undefined,
    restart: "no",
    restartMilliseconds: 100,
    startLimit: { burst: 5, intervalMilliseconds: 10_000 },
    killSignal: "SIGTERM",
    killMode: "control-group",
    stopMilliseconds: 90_000,
    successStatuses: [],
    journal: true,
    wantedBy: [],
    warnings: [],
  });
});

test("Lists grow, an empty assignment begins anew, lines go on after a backslash.", () => {
  expect(unit('Environment=A=1 "B=two words"\nEnvironment=C=3').environment).toEqual([
    "A=1",
    "B=two words",
    "C=3",
  ]);
  expect(unit("Environment=A=1\nEnvironment=\nEnvironment=B=2").environment).toEqual(["B=2"]);
  expect(unit("ExecStartPre=+/bin/mount-all 'a b'\nExecStartPre=-/bin/try").startsBefore).toEqual([
    { argv: ["/bin/mount-all", "a b"], ignoreFailure: false, seesBinds: false },
    { argv: ["/bin/try"], ignoreFailure: true, seesBinds: true },
  ]);
  expect(parseUnit("[Service]\nExecStart=/bin/app \\\n  # between\n  --flag\n", "x").execStart).toEqual([
    "/bin/app",
    "--flag",
  ]);
  expect(unit("EnvironmentFile=-/etc/app\nEnvironmentFile=/run/app").environmentFiles).toEqual([
    { path: "/etc/app", optional: true },
    { path: "/run/app", optional: false },
  ]);
});

test("An unknown key is a warning with its line, a known one without effect is silent.", () => {
  expect(unit("Colour=red").warnings).toEqual([
    "app.service:3: Unknown key 'Colour' in section [Service], ignoring.",
  ]);
  expect(
    unit("LimitNOFILE=65536\nMemoryMax=128M\nNoNewPrivileges=yes\nProtectSystem=strict").warnings,
  ).toEqual([]);
});

test("What would run otherwise than asked is refused.", () => {
  expect(() => unit("Type=notify")).toThrow(
    "app.service: Type=notify is not supported on a sandbox machine.",
  );
  expect(() => unit("ExecStartPost=/bin/true")).toThrow("ExecStartPost= is not supported");
  expect(() => unit("StandardOutput=file:/var/log/app")).toThrow(
    "StandardOutput=file:/var/log/app is not supported",
  );
  expect(() => parseUnit("[Service]\nRestart=always", "app.service")).toThrow("has 0 ExecStart= settings");
});

test("Time spans and signals are read as systemd writes them.", () => {
  expect(["5", "250ms", "1min 30s", "0", "1.5s"].map(parseSpan)).toEqual([5_000, 250, 90_000, 0, 1_500]);
  expect(() => parseSpan("soon")).toThrow("Failed to parse time span: soon");
  expect(["TERM", "SIGINT", "9"].map(signalName)).toEqual(["SIGTERM", "SIGINT", "SIGKILL"]);
  expect(() => signalName("NOISE")).toThrow("Failed to parse signal: NOISE");
});
