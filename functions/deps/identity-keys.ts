// Makes keys, has them certified, and puts what is private into Secrets Manager: an identity is written and never read again by
// anything of Tutti's. Ed25519 (RFC 8032), as JSON Web Keys and Signatures (RFC 8037).
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from "jose";
import { CERTIFICATE_DAYS, type Identity, type PublicKey } from "#core/identity/identity.ts";
import type { Count } from "./secret-finder.ts";
import { secretsClient } from "./secret-queries.ts";
import { unless } from "./unless.ts";

const NOT_THERE = "ResourceNotFoundException";
const ALGORITHM = "EdDSA";
const CURVE = "Ed25519";
const DAY_SECONDS = 86_400;
/** Two clocks that differ: a certificate is good from a little before it was made. */
const BACKDATED_SECONDS = 60;

type Asked = { authority: string; secret: string; subject: string; at: string };
/** The first signs; the next is known to everybody before it does. */
type AuthoritySecret = { keys: JWK[] };

/** The authority is made where there is none; of two who make it one is first, and the other takes that one's. */
export async function publicKeysOf(count: Count, SecretId: string): Promise<PublicKey[]> {
  const { keys } = (await readAuthority(count, SecretId)) ?? (await makeAuthority(count, SecretId));
  return keys.map(({ x, kid }) => ({ kty: "OKP", crv: CURVE, x: x!, kid: kid! }));
}

export async function issueIdentity(
  count: Count,
  { authority, secret, subject, at }: Asked,
): Promise<Identity> {
  const signer = (await readAuthority(count, authority))?.keys[0];
  if (!signer) throw new Error(`The secret ${authority} is gone: there is nobody to certify ${subject}.`);
  const key = await newKey();
  const seconds = Math.floor(Date.parse(at) / 1000);
  const expires = seconds + CERTIFICATE_DAYS * DAY_SECONDS;
  const { kty, crv, x } = key;
  const certificate = await new SignJWT({ cnf: { jwk: { kty, crv, x } } })
    .setProtectedHeader({ alg: ALGORITHM, typ: "tutti-certificate+jwt", kid: signer.kid! })
    .setSubject(subject)
    .setIssuedAt(seconds - BACKDATED_SECONDS)
    .setExpirationTime(expires)
    .sign(await importJWK(signer, ALGORITHM));
  await put(count, secret, JSON.stringify({ certificate, key }));
  return { secret, issuedAt: at, expiresAt: new Date(expires * 1000).toISOString() };
}

/** At once: a name that is yet to be deleted could not be used again, and nobody wants a lost identity back. */
export async function removeIdentity(count: Count, SecretId: string): Promise<void> {
  const command = new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true });
  await unless(NOT_THERE, secretsClient(count).send(command));
}

async function readAuthority(count: Count, SecretId: string): Promise<AuthoritySecret | null> {
  const found = await unless(NOT_THERE, secretsClient(count).send(new GetSecretValueCommand({ SecretId })));
  return found ? JSON.parse(found.SecretString!) : null;
}

async function makeAuthority(count: Count, Name: string): Promise<AuthoritySecret> {
  const made = { keys: [await newKey(), await newKey()] };
  const Description = "Certifies whose call is whose in an environment (Tutti)";
  const command = new CreateSecretCommand({ Name, SecretString: JSON.stringify(made), Description });
  const isMade = await unless("ResourceExistsException", secretsClient(count).send(command));
  return isMade ? made : (await readAuthority(count, Name))!;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { crv: CURVE, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
}

async function put(count: Count, SecretId: string, SecretString: string): Promise<void> {
  const client = secretsClient(count);
  const found = await unless(NOT_THERE, client.send(new PutSecretValueCommand({ SecretId, SecretString })));
  if (found) return;
  const Description = "By which an app proves who it is where it calls (Tutti)";
  await client.send(new CreateSecretCommand({ Name: SecretId, SecretString, Description }));
}
