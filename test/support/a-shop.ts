// An app, an environment and releases, put there through the API itself.
import type { TestApi } from "./api.ts";

export const SHOP = { app: "shop", kind: "server", start: "node app.js", replicas: 3 };
export const POOL = { pools: { web: { ssm: { tags: { pool: "web" } } } } };

/** `prod`, the app `shop` and one release for each version. */
export async function openShop(
  api: TestApi,
  versions = ["v1", "v2"],
  manifest: object = SHOP,
): Promise<void> {
  await api.call("PUT", "/v1/environments/prod", POOL);
  await api.call("PUT", "/v1/apps/shop", manifest);
  for (const version of versions) await registerRelease(api, version);
}

export function registerRelease(api: TestApi, version: string, file = version) {
  const artifact = { uri: `s3://bucket/uploads/shop/${file}/a.tar.gz` };
  return api.call("POST", "/v1/apps/shop/releases", { version, artifact });
}
