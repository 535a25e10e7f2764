// Values as systemd writes them: signals by name or number, spans of time.

export function signalName(value: string): NodeJS.Signals {
  const name = /^\d+$/.test(value) ? SIGNALS_BY_NUMBER[value] : value.replace(/^(SIG)?/, "SIG");
  if (!name || !SIGNALS.has(name)) throw new Error(`Failed to parse signal: ${value}`);
  return name as NodeJS.Signals;
}

const SIGNALS_BY_NUMBER: Record<string, string> = {
  1: "SIGHUP",
  2: "SIGINT",
  3: "SIGQUIT",
  9: "SIGKILL",
  10: "SIGUSR1",
  12: "SIGUSR2",
  15: "SIGTERM",
};
const SIGNALS = new Set(
  "SIGHUP SIGINT SIGQUIT SIGKILL SIGUSR1 SIGUSR2 SIGTERM SIGABRT SIGALRM SIGSTOP SIGCONT SIGWINCH SIGSEGV SIGPIPE".split(
    " ",
  ),
);

const SPANS: Record<string, number> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  sec: 1_000,
  "": 1_000,
  min: 60_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** systemd.time(7): `5`, `5s`, `1min 30s`, `infinity`. Milliseconds; infinity is the longest a timer can wait. */
export function parseSpan(value: string): number {
  if (value === "infinity") return 2 ** 31 - 1;
  const parts = [...value.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join("") !== value)
    throw new Error(`Failed to parse time span: ${value}`);
  return parts.reduce((sum, [, count, unit]) => {
    const factor = SPANS[unit!];
    if (factor === undefined) throw new Error(`Failed to parse time span: ${value}`);
    return sum + Number(count) * factor;
  }, 0);
}
