// Whether the namespace of an environment is there, and of a sort that copies can have names in.
import type { Environment } from "#core/domain/environment.ts";
import { type Check, check } from "#core/driver/diagnosis.ts";
import type { Client } from "./names.ts";

export async function diagnoseNamespace(client: Client, { discovery }: Environment): Promise<Check[]> {
  if (!discovery) return [];
  const { namespaceArn } = discovery;
  const mend = "Name a Cloud Map namespace of this account and region, private in DNS or for the API alone.";
  const Id = namespaceArn.slice(namespaceArn.lastIndexOf("/") + 1);
  const look = async () => {
    const { readNamespace } = await import("./namespace.ts");
    const Namespace = await readNamespace(await client(), Id);
    if (Namespace?.Type === "DNS_PUBLIC")
      throw new Error(`${Namespace.Name} is public: the private addresses of copies do not belong there.`);
    return `Copies are found as <app>.${Namespace?.Name}.`;
  };
  return [await check("discovery.namespaceArn", mend, look)];
}
