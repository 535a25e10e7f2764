// npm run day -- SEED: one simulated day again, with its diary. npm run day -- FROM TO: many, and what they broke.
import { playDay } from "./day.ts";

const [from = 1, to] = process.argv.slice(2).map(Number);
const beganMs = Date.now();
let broken = 0;
for (let seed = from; seed <= (to ?? from); seed++) {
  const day = await playDay(seed);
  if (to === undefined) console.log(day.diary.join("\n"));
  if (day.broken.length > 0) broken += 1;
  if (to === undefined || day.broken.length > 0)
    console.log(seed, day.kind, day.deployments, day.broken.slice(0, 3));
}
console.log(`${broken} of ${(to ?? from) - from + 1} days broke a promise, ${Date.now() - beganMs} ms`);
process.exitCode = broken > 0 ? 1 : 0;
