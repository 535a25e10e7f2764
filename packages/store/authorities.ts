// The public keys of each environment's authority; the private ones are in Secrets Manager and not here.
import type { Authority } from "#core/identity/identity.ts";
import { keys } from "./keys.ts";
import type { Table } from "./table.ts";

export type Authorities = {
  /** `null` where nobody has asked yet who calls. */
  get(environment: string): Promise<Authority | null>;
  put(authority: Authority): Promise<void>;
};

export function authoritiesIn(table: Table): Authorities {
  return {
    get: async (environment) => {
      const item = await table.get(keys.authority(environment));
      if (!item) return null;
      const { pk, sk, ...authority } = item;
      return authority as Authority;
    },
    put: (authority) => table.put({ ...authority, ...keys.authority(authority.environment) }),
  };
}
