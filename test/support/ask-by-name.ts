// A request as one makes it who has a name from DNS and trusts the certificate: here the name is looked up at the load balancer's address.
import { get } from "node:https";

export type Heard = { status: number; body: string };

export function askByName(url: string, address: string, ca: string, path = "/"): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const lookup = (
      _: string,
      options: { all?: boolean },
      done: (error: null, found: unknown, family?: number) => void,
    ) => (options.all ? done(null, [{ address, family: 4 }]) : done(null, address, 4));
    const asked = get(new URL(path, url), { ca, lookup: lookup as never, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.on("error", reject);
  });
}
