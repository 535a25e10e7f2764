import { expect, test } from "vitest";
import type { ImageRegistry } from "#functions/deps/image-registry.ts";
import { parseReference, resolveImage } from "./resolve-image.ts";

const HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;

const registry: ImageRegistry = {
  host: HOST,
  repositoryFor: async () => "",
  hold: async () => true,
  letGo: async () => undefined,
  digestOf: async (name: string, image: { tag: string } | { digest: string }) => {
    if (name !== "team/shop") return null;
    if ("digest" in image) return image.digest === DIGEST ? DIGEST : null;
    return image.tag === "v1" || image.tag === "latest" ? DIGEST : null;
  },
};
const resolve = (text: string) => resolveImage(registry, text);

test("a tag in the installation's registry becomes the digest that it stands for", async () => {
  expect(await resolve(`${HOST}/team/shop:v1`)).toBe(`${HOST}/team/shop@${DIGEST}`);
  expect(await resolve(`${HOST}/team/shop`)).toBe(`${HOST}/team/shop@${DIGEST}`);
});

test("a digest is kept, and the tag before it means nothing", async () => {
  expect(await resolve(`${HOST}/team/shop:old@${DIGEST}`)).toBe(`${HOST}/team/shop@${DIGEST}`);
  expect(await resolve(`node:21@${OTHER}`)).toBe(`node@${OTHER}`);
  expect(await resolve(`localhost:5000/a/b@${OTHER}`)).toBe(`localhost:5000/a/b@${OTHER}`);
});

test.each([
  ["node:21", `"node:21" must be named with its digest, node@sha256:…: only tags in ${HOST}`],
  ["ghcr.io/team/shop:v1", "must be named with its digest, ghcr.io/team/shop@sha256:…"],
  [`${HOST}/team/shop:v2`, `names no image: ${HOST}/team/shop has no v2`],
  [`${HOST}/team/shop@${OTHER}`, "names no image"],
  [`${HOST}/none:v1`, "names no image"],
  ["", "is no image reference"],
  ["Shop:v1", "is no image reference"],
  ["shop:v 1", "is no image reference"],
  ["shop@sha256:12", "is no image reference"],
  ["https://ghcr.io/shop:v1", "is no image reference"],
])("%j is refused with what is allowed", async (text, why) => {
  const error = await resolve(text).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "invalid_input", errors: [{ path: "artifact.image" }] });
  expect((error as Error).message).toContain(why);
});

test("a name with a port or a dot before its first slash has a host, others have none", () => {
  expect(parseReference("localhost:5000/shop")).toMatchObject({
    host: "localhost:5000",
    name: "shop",
    tag: null,
  });
  expect(parseReference("team/shop:v1")).toMatchObject({ host: null, name: "team/shop", tag: "v1" });
});
