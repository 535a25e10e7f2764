// Whose call it is: a key belongs to one account, and what is called with it sees nothing of the others.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Account } from "./account.ts";
import { credentialScope } from "./endpoint/credential-scope.ts";
import type { Dispatcher } from "./endpoint/dispatcher.ts";

const CUT = " ";

/** What the endpoint is handed: callers are `<account> <principal>` between its parts. The first account takes what is not signed. */
export function routeByAccount(accounts: Account[]) {
  const byId = new Map(accounts.map((one) => [one.id, one]));
  const ownerOf = (accessKeyId: string) =>
    accounts.find(({ access }) => access.principalOf(accessKeyId) !== undefined);
  const dispatcher: Dispatcher = {
    call: async (service, operation, input, caller) => {
      const [id, ...principal] = caller.split(CUT) as [string, ...string[]];
      return byId.get(id)!.dispatcher.call(service, operation, input, principal.join(CUT));
    },
  };
  return {
    dispatcher,
    principalOf: (accessKeyId: string) => {
      const account = ownerOf(accessKeyId);
      return account && [account.id, account.access.principalOf(accessKeyId)].join(CUT);
    },
    /** Throws ExpiredTokenException, and UnrecognizedClientException for a key without the token that goes with it. */
    checkSession: (accessKeyId: string, token: string | undefined) =>
      ownerOf(accessKeyId)?.access.checkSession(accessKeyId, token),
    s3: (request: IncomingMessage, response: ServerResponse, requestId: string) => {
      const query = new URLSearchParams(request.url?.split("?")[1] ?? "");
      const scope = credentialScope(request.headers.authorization, query);
      return ((scope && ownerOf(scope.accessKeyId)) ?? accounts[0]!).s3(request, response, requestId);
    },
  };
}
