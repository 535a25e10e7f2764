// What Systems Manager and Secrets Manager do for the server driver, asked with the driver's own calls.
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetCommandInvocationCommand, SSMClient } from "@aws-sdk/client-ssm";
import { listInvocations, sendCommand } from "#targets/host/run-command.ts";
import { listInstances, readSecret } from "#targets/server/client.ts";
import { fresh, type Probes, WORKS } from "./probe.ts";

const ssm = new SSMClient({});
const HOST = "mi-00000000000000001";

export const SYSTEMS_MANAGER: Probes = {
  "finds hosts by tag": async () => {
    const found = await listInstances({ ssm }, { environment: fresh(), pool: "web" });
    return found.length === 0 ? WORKS : "finds hosts that carry no such tag";
  },
  "takes a command for a host": async () => {
    return (await sendCommand({ ssm }, [HOST], "echo hello", 60)) ? WORKS : "names no command";
  },
  "runs the command on the host": async () => {
    const CommandId = await sendCommand({ ssm }, [HOST], "echo hello", 60);
    const look = new GetCommandInvocationCommand({ CommandId, InstanceId: HOST });
    const { Status, StandardOutputContent } = await ssm.send(look);
    return StandardOutputContent?.includes("hello") ? WORKS : `says ${Status}, output empty`;
  },
  "tells what came of a command on each host": async () => {
    const id = await sendCommand({ ssm }, [HOST], "echo hello", 60);
    const [first] = await listInvocations({ ssm }, id);
    return first?.InstanceId === HOST ? WORKS : "lists nothing";
  },
};

export const SECRETS_MANAGER: Probes = {
  "keeps a secret": async () => {
    const secrets = new SecretsManagerClient({});
    const Name = fresh();
    await secrets.send(new CreateSecretCommand({ Name, SecretString: "a key" }));
    return (await readSecret({ secrets: async () => secrets }, Name)) === "a key"
      ? WORKS
      : "gives another one";
  },
};
