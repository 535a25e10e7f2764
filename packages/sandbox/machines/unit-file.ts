// Reads a service unit, systemd.unit(5) and systemd.service(5). Keys fall in three groups: those that the sandbox acts
// on, those that change nothing here (accepted in silence), and those that would change what runs (an honest error).
// Anything else is a warning and ignored, as systemd does.
import { readBinds } from "./unit-binds.ts";
import { parseSpan, signalName } from "./unit-values.ts";
import { splitWords } from "./unit-words.ts";

export type RestartPolicy = "no" | "always" | "on-failure" | "on-success" | "on-abnormal" | "on-abort";

export type Unit = {
  description: string;
  type: "simple" | "exec";
  /** Run to their ends, one after the other, before each start. */
  startsBefore: { argv: string[]; ignoreFailure: boolean; seesBinds: boolean }[];
  execStart: string[];
  /** `ExecStart=-…`: a failure counts as success. */
  ignoreFailure: boolean;
  workingDirectory: string | undefined;
  environment: string[];
  environmentFiles: { path: string; optional: boolean }[];
  user: string | undefined;
  /** Folders that its processes alone see at another path; `optional`: left out where there is none. */
  binds: { source: string; path: string; optional: boolean }[];
  restart: RestartPolicy;
  restartMilliseconds: number;
  startLimit: { burst: number; intervalMilliseconds: number };
  killSignal: NodeJS.Signals;
  killMode: "control-group" | "mixed" | "process";
  stopMilliseconds: number;
  successStatuses: string[];
  journal: boolean;
  wantedBy: string[];
  warnings: string[];
};

const HARMLESS =
  /^(Documentation|After|Before|Wants|Requires|PartOf|Conflicts|DefaultDependencies|Alias|Also|Limit[A-Z]+|Memory[A-Za-z]+|CPU[A-Za-z]+|IO[A-Za-z]+|Tasks(Max|Accounting)|OOM[A-Za-z]+|Nice|UMask|Slice|Delegate|Protect[A-Za-z]+|Private[A-Za-z]+|Restrict[A-Za-z]+|NoNewPrivileges|CapabilityBoundingSet|AmbientCapabilities|SystemCall[A-Za-z]+|LockPersonality|RemoveIPC|ReadWritePaths|ReadOnlyPaths|Group|SyslogIdentifier|StandardInput|StandardError|TimeoutStartSec|SendSIGKILL|SuccessAction|FailureAction)$/;
const NOT_HERE =
  /^(ExecStartPost|ExecStop|ExecStopPost|ExecReload|ExecCondition|RootDirectory|RootImage|PIDFile|BusName|WatchdogSec|RuntimeMaxSec|PassEnvironment|UnsetEnvironment|DynamicUser|StateDirectory|RuntimeDirectory|LogsDirectory|CacheDirectory|BindReadOnlyPaths|TemporaryFileSystem|LoadCredential|SetCredential|RemainAfterExit)$/;
const ACTED_ON = new Set(
  "Description StartLimitBurst StartLimitIntervalSec Type ExecStartPre ExecStart WorkingDirectory Environment EnvironmentFile User BindPaths Restart RestartSec KillSignal KillMode TimeoutStopSec TimeoutSec SuccessExitStatus StandardOutput WantedBy RequiredBy".split(
    " ",
  ),
);
const LISTS = new Set([
  "ExecStartPre",
  "Environment",
  "EnvironmentFile",
  "ExecStart",
  "BindPaths",
  "WantedBy",
  "RequiredBy",
  "SuccessExitStatus",
]);

type Assignments = { values: Map<string, string[]>; warnings: string[] };

/** Throws an Error that says which line cannot be run here. */
export function parseUnit(text: string, name: string): Unit {
  const { values, warnings } = readAssignments(text, name);
  const last = (key: string) => values.get(key)?.at(-1);
  const all = (key: string) => values.get(key) ?? [];
  const commands = all("ExecStart");
  if (commands.length !== 1)
    throw new Error(`${name}: Service has ${commands.length} ExecStart= settings, needs one.`);
  const [prefixed, ...rest] = splitWords(commands[0]!);
  const { program, ignoreFailure } = readPrefix(prefixed ?? "", name);
  const stop = last("TimeoutStopSec") ?? last("TimeoutSec");
  return {
    description: last("Description") ?? name,
    type: oneOf(last("Type") ?? "simple", ["simple", "exec"], "Type", name),
    startsBefore: all("ExecStartPre").map((line) => readBefore(line, name)),
    execStart: [program, ...rest],
    ignoreFailure,
    workingDirectory: last("WorkingDirectory"),
    environment: all("Environment").flatMap(splitWords),
    environmentFiles: all("EnvironmentFile").map((value) => ({
      path: value.replace(/^-/, ""),
      optional: value.startsWith("-"),
    })),
    user: last("User"),
    binds: all("BindPaths").flatMap((value) => readBinds(value, name)),
    restart: oneOf(
      last("Restart") ?? "no",
      ["no", "always", "on-failure", "on-success", "on-abnormal", "on-abort"],
      "Restart",
      name,
    ),
    restartMilliseconds: parseSpan(last("RestartSec") ?? "100ms"),
    startLimit: {
      burst: Number(last("StartLimitBurst") ?? 5),
      intervalMilliseconds: parseSpan(last("StartLimitIntervalSec") ?? "10s"),
    },
    killSignal: signalName(last("KillSignal") ?? "SIGTERM"),
    killMode: oneOf(
      last("KillMode") ?? "control-group",
      ["control-group", "mixed", "process"],
      "KillMode",
      name,
    ),
    stopMilliseconds: parseSpan(stop ?? "90s"),
    successStatuses: all("SuccessExitStatus").flatMap(splitWords),
    journal: readOutput(last("StandardOutput") ?? "journal", name),
    wantedBy: [...all("WantedBy"), ...all("RequiredBy")].flatMap(splitWords),
    warnings,
  };
}

function readAssignments(text: string, name: string): Assignments {
  const values = new Map<string, string[]>();
  const warnings: string[] = [];
  let section = "";
  for (const { line, number } of logicalLines(text)) {
    if (line.startsWith("[") && line.endsWith("]")) {
      section = line.slice(1, -1);
      if (!["Unit", "Service", "Install"].includes(section) && !section.startsWith("X-"))
        warnings.push(`${name}:${number}: Unknown section '${section}'. Ignoring.`);
      continue;
    }
    const equals = line.indexOf("=");
    const key = line.slice(0, Math.max(equals, 0)).trim();
    if (equals < 1) {
      warnings.push(`${name}:${number}: Missing '=', ignoring line.`);
    } else if (NOT_HERE.test(key)) {
      throw new Error(`${name}:${number}: ${key}= is not supported on a sandbox machine.`);
    } else if (ACTED_ON.has(key)) {
      assign(values, key, line.slice(equals + 1).trim());
    } else if (!HARMLESS.test(key) && !key.startsWith("X-") && !section.startsWith("X-")) {
      warnings.push(`${name}:${number}: Unknown key '${key}' in section [${section}], ignoring.`);
    }
  }
  return { values, warnings };
}

/** An empty assignment forgets what came before, a list grows. */
function assign(values: Map<string, string[]>, key: string, value: string): void {
  if (value === "") values.delete(key);
  else values.set(key, LISTS.has(key) ? [...(values.get(key) ?? []), value] : [value]);
}

function* logicalLines(text: string): Generator<{ line: string; number: number }> {
  let pending = "";
  let startedAt = 0;
  for (const [index, raw] of text.split("\n").entries()) {
    const trimmed = raw.trim();
    if (/^[#;]/.test(trimmed)) continue;
    if (pending === "") startedAt = index + 1;
    if (trimmed.endsWith("\\")) {
      pending += `${trimmed.slice(0, -1)} `;
      continue;
    }
    const line = (pending + trimmed).trim();
    pending = "";
    if (line) yield { line, number: startedAt };
  }
  if (pending.trim()) yield { line: pending.trim(), number: startedAt };
}

/** `+` is full rights whatever User= and the mounts say (systemd.service(5), "Special executable prefixes"); here there is one user. */
function readBefore(line: string, name: string): Unit["startsBefore"][number] {
  const [word = "", ...rest] = splitWords(line);
  const isFull = /^-?\+/.test(word);
  const { program, ignoreFailure } = readPrefix(isFull ? word.replace("+", "") : word, name);
  return { argv: [program, ...rest], ignoreFailure, seesBinds: !isFull };
}

function readPrefix(word: string, name: string): { program: string; ignoreFailure: boolean } {
  const prefix = /^[-@:+!|]*/.exec(word)![0];
  const unsupported = prefix.replace("-", "");
  if (unsupported)
    throw new Error(`${name}: ExecStart= prefix '${unsupported}' is not supported on a sandbox machine.`);
  return { program: word.slice(prefix.length), ignoreFailure: prefix === "-" };
}

function readOutput(value: string, name: string): boolean {
  if (value === "null") return false;
  if (["journal", "inherit", "journal+console", "syslog", "kmsg"].includes(value)) return true;
  throw new Error(`${name}: StandardOutput=${value} is not supported on a sandbox machine.`);
}

function oneOf<T extends string>(value: string, allowed: readonly T[], key: string, name: string): T {
  const found = allowed.find((one) => one === value);
  if (!found) throw new Error(`${name}: ${key}=${value} is not supported on a sandbox machine.`);
  return found;
}
