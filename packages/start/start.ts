// `npm start`: the whole house in the foreground, until Ctrl-C or SIGTERM.
import { keepCompiledCode } from "./compiled-code.ts";
import { keepHeapSmall } from "./small-heap.ts";

keepHeapSmall();
keepCompiledCode();

async function main(): Promise<void> {
  const { readSettings } = await import("./settings.ts");
  const settings = readSettings(process.env, process.argv.slice(2));
  const stopping = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.resolve());
  const { needFreePort } = await import("./free-port.ts");
  await needFreePort("PORT", settings.port);
  await needFreePort("SANDBOX_AWS_PORT", settings.awsPort);
  const { openHouse } = await import("./open-house.ts");
  const house = await openHouse(settings);
  console.log(`Console       ${house.apiUrl}/#token=${house.token}`);
  console.log(`API           ${house.apiUrl}`);
  console.log(`AWS endpoint  ${house.awsUrl}`);
  console.log(
    `Ready in ${(performance.now() / 1000).toFixed(1)} s. State in ${settings.directory}. Ctrl-C stops everything.`,
  );
  await stopping.promise;
  await house.close();
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
