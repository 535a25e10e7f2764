// Pins an image reference to its digest, once, when a release is registered, so that going back to the release is
// going back to the same bits. Tags are looked up in the installation's own registry; elsewhere the digest must be named.
import type { ImageRegistry } from "#functions/deps/image-registry.ts";
import { refusal } from "./validate.ts";

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const PATH = /^[a-z0-9]+(?:(?:\.|_{1,2}|-+|\/)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

type Reference = { host: string | null; name: string; tag: string | null; digest: string | null };

/** `repository@sha256:…`. Throws `invalid_input` at `artifact.image`. */
export async function resolveImage(registry: ImageRegistry, text: string): Promise<string> {
  const { host, name, tag, digest } = parseReference(text);
  const repository = host === null ? name : `${host}/${name}`;
  if (host !== registry.host) {
    if (digest !== null) return `${repository}@${digest}`;
    throw refused(
      `"${text}" must be named with its digest, ${repository}@sha256:…: only tags in ${registry.host} can be looked up`,
    );
  }
  const found = await registry.digestOf(name, digest === null ? { tag: tag ?? "latest" } : { digest });
  if (found === null)
    throw refused(`names no image: ${repository} has no ${digest ?? tag ?? "latest"}, or is not there`);
  return `${repository}@${found}`;
}

/** As Docker reads it: what comes before the first slash is a host where it has a dot or a port, or is `localhost`. */
export function parseReference(text: string): Reference {
  const [named = "", digest = null, ...more] = text.split("@");
  const cut = named.lastIndexOf(":");
  const hasTag = cut > named.lastIndexOf("/");
  const whole = hasTag ? named.slice(0, cut) : named;
  const tag = hasTag ? named.slice(cut + 1) : null;
  const first = whole.slice(0, Math.max(0, whole.indexOf("/")));
  const host = /[.:]|^localhost$/.test(first) ? first : null;
  const name = host === null ? whole : whole.slice(host.length + 1);
  const fits = PATH.test(name) && (tag === null || TAG.test(tag)) && (digest === null || DIGEST.test(digest));
  if (!fits || more.length > 0)
    throw refused(`"${text}" is no image reference: it is name:tag or name@sha256:… (64 hexadecimal digits)`);
  return { host, name, tag, digest };
}

function refused(message: string) {
  return refusal([{ path: "artifact.image", message }]);
}
