// What an instance says of itself, by a real shell and a service manager that knows a unit which is not running.
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { PRELUDE } from "#targets/host/prelude.ts";
import { SYSTEMD } from "#targets/host/systemd.ts";
import { WHY } from "./boot.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tutti-why-"));
  mkdirSync(join(home, "bin"));
  for (const [name, script] of Object.entries({ systemctl: STOPPED, journalctl: "#!/bin/sh\n" })) {
    writeFileSync(join(home, "bin", name), script);
    chmodSync(join(home, "bin", name), 0o755);
  }
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** systemctl(1): so it shows a unit that was never started, and one that ended with 0. */
const STOPPED =
  "#!/bin/sh\nprintf 'ActiveState=inactive\\nSubState=dead\\nMainPID=0\\nExecMainStatus=0\\n'\n";

function why(first: string): { outcome: string; detail: string } {
  const variables = `DIRECTORY='${home}'; APP=shop; ENVIRONMENT=dev; HOST=127.0.0.1; RUN_USER=app; LOCK_SECONDS=20`;
  const booted = `mkdir -p "$base"; ln -s "${home}" "$current"`;
  const script = `${variables}\n${PRELUDE}${SYSTEMD}\n${booted}\n${first}\n${WHY}`;
  const env = { ...process.env, PATH: `${join(home, "bin")}:${process.env.PATH}` };
  const out = execFileSync("sh", ["-c", `(${script}\n) || true`], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return JSON.parse(out.slice(out.indexOf("{")));
}

test("while the boot is at work, what it has not started yet has not crashed", () => {
  // As the boot does: a shell holds the lock that is still at work when the question comes.
  const boot = `take_lock "$(lock_of_copy)"; : >"$DIRECTORY/held"; while [ -d "$DIRECTORY" ]; do sleep 0.1; done`;
  const begun = `until [ -f "$DIRECTORY/held" ]; do sleep 0.05; done`;
  expect(why(`(${boot}) >/dev/null & ${begun}`)).toMatchObject({ outcome: "absent", detail: "is booting" });
});

test("what runs no more after the boot has crashed", () => {
  expect(why("")).toMatchObject({ outcome: "crashed", detail: "crashed on start: exit code 0" });
});
