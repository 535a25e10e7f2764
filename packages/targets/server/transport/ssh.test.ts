import { expect, test } from "vitest";
import { connectConfig } from "./ssh.ts";

const KEY = Buffer.from("the host's public key");
const login = {
  name: "a",
  address: "10.0.0.1",
  port: 22,
  user: "app",
  hostKey: `ssh-ed25519 ${KEY.toString("base64")}`,
};

function verify(hostKey: string, offered: Buffer) {
  const refusals: string[] = [];
  const { hostVerifier } = connectConfig({ ...login, hostKey }, "key", (reason) => refusals.push(reason));
  return { accepted: (hostVerifier as (key: Buffer) => boolean)(offered), refusals };
}

test("the host key of the pool's settings is accepted, with a comment behind it too", () => {
  expect(verify(login.hostKey, KEY)).toEqual({ accepted: true, refusals: [] });
  expect(verify(`${login.hostKey} root@a\n`, KEY).accepted).toBe(true);
});

test.each([
  ["another key", login.hostKey, Buffer.from("the host's public kez")],
  ["a longer key", login.hostKey, Buffer.concat([KEY, KEY])],
  ["no key in the settings", "", KEY],
])("%s is refused with a reason", (_name, hostKey, offered) => {
  const { accepted, refusals } = verify(hostKey, offered);
  expect(accepted).toBe(false);
  expect(refusals).toEqual(["SSH: the host key of a is not the one in the pool's settings; not connected"]);
});

test("only the type of key that is known is asked for, RSA with SHA-2", () => {
  const typeOf = (hostKey: string) =>
    connectConfig({ ...login, hostKey }, "key", () => {}).algorithms?.serverHostKey;
  expect(typeOf(login.hostKey)).toEqual(["ssh-ed25519"]);
  expect(typeOf("ssh-rsa AAAA")).toEqual(["rsa-sha2-512", "rsa-sha2-256"]);
});
