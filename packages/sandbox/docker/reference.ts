// An image reference, `[host/]path[:tag]`, as Docker reads it: no host is Docker Hub, no tag is `latest`.

export type Reference = {
  host: string;
  path: string;
  tag: string;
  /** Without the tag. */
  repository: string;
  full: string;
};

/** Throws a sentence. */
export function parseReference(text: string): Reference {
  const match = /^(?:([^/]+)\/)?(.+?)(?::([\w][\w.-]{0,127}))?$/.exec(text);
  const [, first, rest = "", tag = "latest"] = match ?? [];
  const isHost = first !== undefined && /[.:]|^localhost$/.test(first);
  const host = isHost ? first : "docker.io";
  const path = isHost || first === undefined ? rest : `${first}/${rest}`;
  if (!/^[a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*$/.test(path))
    throw new Error(`invalid reference format: "${text}" is not [host/]name[:tag] in lower case`);
  const repository = isHost ? `${host}/${path}` : path;
  return { host, path, tag, repository, full: `${repository}:${tag}` };
}
