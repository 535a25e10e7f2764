// Who signed a request, for which region and for which service: read from the Authorization header or from a presigned query.
export type CredentialScope = { accessKeyId: string; region: string; service: string };

export function credentialScope(
  authorization: string | undefined,
  query: URLSearchParams,
): CredentialScope | undefined {
  const credential =
    /Credential=([^,\s]+)/.exec(authorization ?? "")?.[1] ?? query.get("X-Amz-Credential") ?? "";
  const [accessKeyId, , region, service] = credential.split("/");
  return accessKeyId && region && service ? { accessKeyId, region, service } : undefined;
}
