// A replica on a server is called after its host; the second copy there is `web-1/2`. No host's name holds a slash.

export type CopyPlace = { host: string; copy: number };

export function whereIs(id: string): CopyPlace {
  const [host = id, copy = "1"] = id.split("/");
  return { host, copy: Number(copy) };
}

export function copyId(host: string, copy: number): string {
  return copy === 1 ? host : `${host}/${copy}`;
}
