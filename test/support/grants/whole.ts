// The installation whose grants are proven: in a network, and with work in another account, so that it has every grant that there can be.
import { blueprint } from "#infra/blueprint.ts";
import { type RoleBlueprint, rolesOf } from "#infra/roles.ts";
import { OTHER } from "#test/support/other-account.ts";

const INSTALLATION = { name: "tutti", account: "000000000000", region: "us-east-1" };

export const WHOLE = blueprint(
  INSTALLATION,
  "0".repeat(64),
  {},
  {
    targetAccounts: [OTHER],
    network: { subnetIds: ["subnet-0123456789abcdef0"], securityGroupIds: ["sg-0123456789abcdef0"] },
  },
);

export const WHOLE_ROLES: RoleBlueprint[] = rolesOf(WHOLE);
