// Who calls in the document's story, and what is written down about it.
import { CREATED_AT } from "./apps.ts";

export const SCOPE = { apps: ["storefront"], environments: ["stage", "prod"] };

export const TOKEN_REQUEST = {
  name: "ci storefront",
  role: "deployer",
  scope: SCOPE,
  expiresInSeconds: 7_776_000,
};

export const TOKEN = {
  id: "tok_01kaz8",
  name: "ci storefront",
  role: "deployer",
  scope: SCOPE,
  createdAt: CREATED_AT,
  createdBy: "admin",
  expiresAt: "2027-02-24T12:00:00.000Z",
  lastUsedAt: null,
  revoked: false,
  revokedAt: null,
};

export const NEW_TOKEN = { ...TOKEN, secret: "tutti_tok_01kaz8_…" };

export const ME = {
  id: TOKEN.id,
  name: TOKEN.name,
  role: "deployer",
  scope: SCOPE,
  permissions: ["read", "deploy"],
  expiresAt: TOKEN.expiresAt,
};

export const OIDC_ISSUER_SETTINGS = {
  issuer: "https://token.actions.githubusercontent.com",
  audience: "https://tutti.example.com",
  rules: [
    {
      claims: { repository: ["acme/storefront"], ref: ["refs/heads/main"] },
      role: "deployer",
      scope: SCOPE,
    },
  ],
};

export const OIDC_ISSUER = {
  name: "github",
  ...OIDC_ISSUER_SETTINGS,
  createdAt: CREATED_AT,
  updatedAt: CREATED_AT,
  updatedBy: "admin",
};

export const AUDIT_ENTRY = {
  id: "aud_01kaz9",
  at: CREATED_AT,
  actor: "ci storefront",
  actorId: TOKEN.id,
  sourceIp: "203.0.113.7",
  method: "POST",
  path: "/v1/apps/storefront/deployments",
  status: 202,
  outcome: "done",
  app: "storefront",
  environment: "prod",
};

export const DEAD_LETTER = {
  id: "dead_01kaza",
  at: CREATED_AT,
  event: "artifact",
  payload: { detail: { object: { key: "releases/storefront/v2/artifact.tar.gz" } } },
  attempts: 3,
  error: "The table did not answer in time.",
  replayedAt: null,
  replayedBy: null,
};
