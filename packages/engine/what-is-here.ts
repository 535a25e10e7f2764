// Which settings a kind's driver can reach from where its targets live. Of what is somewhere else AWS would say that it is not there. No
// deployment begins on it; the doctor finds it wrong where the kind has targets, or where no kind lives there, and leaves it to another kind else.
import type { Environment } from "#core/domain/environment.ts";
import type { Kind } from "#core/domain/kind.ts";
import { type Misplaced, misplaced, type Place, placeOf, placeText } from "#core/domain/place.ts";
import { type Check, missing } from "#core/driver/diagnosis.ts";
import { TuttiError } from "#core/errors.ts";
import type { EngineDeps } from "./deps.ts";

type Reach = Pick<EngineDeps, "driver" | "home">;

/** What has no ARN of its own and is of the load balancer's place. */
const BESIDE_BALANCER = ["domain", "network", "vm", "cluster"] as const;

export function whatIsHere(
  { driver: { kind }, home }: Reach,
  settings: Environment,
  hasTargets: boolean,
): { settings: Environment; wrong: Check[] } {
  const found = misplaced(kind, settings, home);
  const away = new Set<keyof Environment>(found.map(({ setting }) => setting));
  if (away.has("loadBalancer")) for (const setting of BESIDE_BALANCER) away.add(setting);
  const here = Object.entries(settings).filter(([key]) => !away.has(key as keyof Environment));
  const theirs = ({ belongsTo }: Misplaced) => !hasTargets && belongsTo.length > 0;
  const wrong = found
    .filter((one) => !theirs(one))
    .map(({ path, place }) =>
      missing(
        path,
        sentence(kind, settings, home, place),
        `Name one of there, or say in accounts.${kind} that they live where it is; kinds that live in different places stand on different load balancers, in an environment each (docs/accounts.md).`,
      ),
    );
  return { settings: Object.fromEntries(here) as Environment, wrong };
}

/** Throws `platform_denied` that names the setting. */
export function assertHere({ driver: { kind }, home }: Reach, settings: Environment): void {
  const [first] = misplaced(kind, settings, home);
  if (first)
    throw new TuttiError("platform_denied", `${first.path}: ${sentence(kind, settings, home, first.place)}`);
}

function sentence(kind: Kind, settings: Environment, home: Place, place: Place): string {
  const own = placeText(placeOf(kind, settings, home));
  return `It is in ${placeText(place)}, and targets of ${kind} live in ${own}.`;
}
