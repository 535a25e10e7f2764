// `TUTTI_ASKED=FOLDER npx vitest …`, then `TUTTI_ASKED=FOLDER node test/support/grants/record.ts`: takes into test/golden/grants.json what those
// tests asked for. A proof that holds stays as it is, so that only what changed is written anew.
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KEPT, usesIn } from "./asked-uses.ts";
import { grantsIn } from "./grants-in.ts";
import { PROOFS_FILE, type Proof, readProofs } from "./proofs.ts";
import { proves } from "./proves.ts";
import { WHOLE_ROLES } from "./whole.ts";

if (!KEPT) throw new Error("TUTTI_ASKED names no folder.");
const found = readdirSync(KEPT).flatMap((name) => {
  const file = name.replace(/\.jsonl$/, "").replaceAll("__", "/");
  return usesIn(join(KEPT!, name)).map(({ grant, ...rest }) => ({ grant, file, ...rest }));
});
const kept = readProofs();
/** One test says most; before the first test it is the whole file that fails. */
const vagueness = ({ tests }: Proof) => (tests.length === 0 ? 1.5 : tests.length);
const proofs: Record<string, Proof> = {};
const unproven: string[] = [];
for (const { short, statements } of WHOLE_ROLES)
  for (const grant of grantsIn([{ short, statements }])) {
    const holding = (one: Proof | undefined) => one !== undefined && proves(one, statements, grant);
    const uses = found.filter((one) => one.grant === grant.line);
    // The one that says best which test it was.
    const proof = [kept[grant.line], ...uses]
      .filter(holding)
      .sort((a, b) => vagueness(a!) - vagueness(b!))[0];
    if (!proof)
      unproven.push(`${grant.line}${uses.length > 0 ? " (another grant allows what was asked)" : ""}`);
    else proofs[grant.line] = { file: proof.file, tests: proof.tests, call: proof.call };
  }
writeFileSync(PROOFS_FILE, `${JSON.stringify(proofs, null, 2)}\n`);
console.log(`${Object.keys(proofs).length} proven, ${unproven.length} not:\n${unproven.join("\n")}`);
