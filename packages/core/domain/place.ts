// Where targets of a kind live, and which of an environment's settings are somewhere else: an ARN says its account and its region, and no
// platform reaches across them. Roles are of an account alone.
import type { Environment } from "./environment.ts";
import { KINDS, type Kind } from "./kind.ts";

export type Place = { account: string; region: string };

/** `home`: where Tutti stands. */
export function placeOf(kind: Kind, { accounts }: Pick<Environment, "accounts">, home: Place): Place {
  const elsewhere = accounts?.[kind];
  return elsewhere ? { account: elsewhere.id, region: elsewhere.region ?? home.region } : home;
}

/** Throws for what is no ARN with an account. `arn:aws:states:eu-central-1:123456789012:…` */
export function placeOfArn(arn: string): Place {
  const [, , , region = "", account = ""] = arn.split(":");
  if (account === "") throw new Error(`"${arn}" names no account`);
  return { account, region };
}

/** `setting`: the key of the environment that it is in. `belongsTo`: other kinds that live where it is. */
export type Misplaced = {
  path: string;
  setting: keyof Environment;
  place: Place;
  belongsTo: Kind[];
};

export function misplaced(kind: Kind, environment: Environment, home: Place): Misplaced[] {
  const own = placeOf(kind, environment, home);
  return arnsOf(kind, environment).flatMap(([path, arn]) => {
    const [, , , region = "", account = ""] = (arn ?? "").split(":");
    const isIn = (one: Place) => account === one.account && (region === "" || region === one.region);
    if (account === "" || isIn(own)) return [];
    const belongsTo = KINDS.filter((other) => isIn(placeOf(other, environment, home)));
    const setting = path.split(".")[0] as keyof Environment;
    return [{ path, setting, place: { account, region }, belongsTo }];
  });
}

/** `account 123456789012, eu-central-1` */
export function placeText({ account, region }: Place): string {
  return `account ${account}${region === "" ? "" : `, ${region}`}`;
}

type Named = [path: string, arn: string | undefined];

/** What each kind stands on, as far as it is named by an ARN. */
function arnsOf(kind: Kind, environment: Environment): Named[] {
  const { loadBalancer, domain, discovery, vm, cluster, functionRoleArn } = environment;
  if (kind === "function") return [["functionRoleArn", functionRoleArn]];
  const shared: Named[] = [
    ["loadBalancer.arn", loadBalancer?.arn],
    ["domain.listenerArn", domain?.listenerArn],
    ["discovery.namespaceArn", discovery?.namespaceArn],
  ];
  if (kind === "vm") return [...shared, ["vm.instanceProfileArn", vm?.instanceProfileArn]];
  if (kind === "server") return shared;
  return [
    ...shared,
    ["cluster.arn", cluster?.arn],
    ["cluster.executionRoleArn", cluster?.executionRoleArn],
    ["cluster.taskRoleArn", cluster?.taskRoleArn],
    ["cluster.infrastructureRoleArn", cluster?.infrastructureRoleArn],
  ];
}
