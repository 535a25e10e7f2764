// Rolling releases over real OpenSSH beside the floor: bare `ssh` with the very same script, in the same run.
import { existsSync } from "node:fs";
import { measureSshRoll } from "#test/support/ssh-roll.ts";
import { startSshFarm } from "#test/support/sshd.ts";
import type { Bench, Figure } from "./figure.ts";

const CASES = [
  { hosts: 10, batch: 1 },
  { hosts: 30, batch: 3 },
];

export const ssh: Bench = {
  name: "ssh",
  run: async () => {
    if (!existsSync("/usr/sbin/sshd") || process.getuid?.() !== 0)
      return [{ what: "rolling over SSH", measured: "skipped", beside: "needs root and openssh-server" }];
    const figures: Figure[] = [];
    for (const { hosts, batch } of CASES) {
      const farm = await startSshFarm(hosts);
      try {
        const { ratio, driverSeconds, bareSeconds } = await measureSshRoll(farm, { batch, turns: 1 });
        const measured = `${ratio.toFixed(2)} × (${driverSeconds.toFixed(1)} s, bare ${bareSeconds.toFixed(1)} s)`;
        figures.push({ what: `rolling ${hosts} OpenSSH hosts by ${batch}`, measured, beside: "1.15 ×" });
      } finally {
        await farm.stop();
      }
    }
    return figures;
  },
};
