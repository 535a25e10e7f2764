// `npm install` ends here: builds the console and the bundles, so that the first start finds them. A start makes
// whatever is missing, so nothing that goes wrong here may fail the install.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

async function prepare(): Promise<void> {
  const root = join(fileURLToPath(import.meta.url), "../../..");
  const { buildConsole } = await import("#infra/build-console.ts");
  await buildConsole(root);
  const { bundleFunctions } = await import("#infra/bundles/bundle.ts");
  const { blueprint } = await import("#infra/blueprint.ts");
  // Handlers and assets are the same for every installation.
  const plan = blueprint({ name: "tutti", account: "000000000000", region: "us-east-1" }, "");
  const bundles = await bundleFunctions(root, plan.functions);
  const sizes = bundles.map(({ short, sizeBytes }) => `${short} ${Math.round(sizeBytes / 1000)} kB`);
  console.log(`Bundles: ${sizes.join(", ")}`);
}

prepare().catch((error: Error) =>
  console.log(`Nothing was built ahead (${error.message}); npm start does it.`),
);
