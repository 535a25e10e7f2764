// Whose call it is, and where: a key belongs to one account, the signature says the region, and what is called sees nothing of the others.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Account } from "./account.ts";
import { type CredentialScope, credentialScope } from "./endpoint/credential-scope.ts";
import type { Dispatcher } from "./endpoint/dispatcher.ts";
import type { Place } from "./place.ts";
import { AwsError } from "./platform.ts";

const CUT = " ";

/** What the endpoint is handed: callers are `<account> <region> <principal>` between its parts. The first place takes what is not signed. */
export function routeByPlace(accounts: Account[]) {
  const byId = new Map(accounts.map((one) => [one.id, one]));
  const ownerOf = (accessKeyId: string) =>
    accounts.find(({ access }) => access.principalOf(accessKeyId) !== undefined);
  const dispatcher: Dispatcher = {
    call: async (service, operation, input, caller) => {
      const [id, region, ...principal] = caller.split(CUT) as [string, string, ...string[]];
      return placeIn(byId.get(id)!, region).dispatcher.call(service, operation, input, principal.join(CUT));
    },
  };
  return {
    dispatcher,
    callerOf: ({ accessKeyId, region }: CredentialScope) => {
      const account = ownerOf(accessKeyId);
      return account && [account.id, region, account.access.principalOf(accessKeyId)].join(CUT);
    },
    /** Throws ExpiredTokenException, and UnrecognizedClientException for a key without the token that goes with it. */
    checkSession: (accessKeyId: string, token: string | undefined) =>
      ownerOf(accessKeyId)?.access.checkSession(accessKeyId, token),
    s3: (request: IncomingMessage, response: ServerResponse, requestId: string) => {
      const query = new URLSearchParams(request.url?.split("?")[1] ?? "");
      const scope = credentialScope(request.headers.authorization, query);
      const account = (scope && ownerOf(scope.accessKeyId)) ?? accounts[0]!;
      const place = (scope && account.places.get(scope.region)) ?? [...account.places.values()][0]!;
      return place.s3(request, response, requestId);
    },
  };
}

/** On AWS a region that there is not has no address, and one that is not enabled knows no key ("Enable or disable AWS Regions in your account"). */
function placeIn({ places }: Account, region: string): Place {
  const found = places.get(region);
  if (found) return found;
  const there = [...places.keys()].join(", ");
  throw new AwsError(
    "UnrecognizedClientException",
    `The sandbox has no region ${region}; there are: ${there}.`,
  );
}
