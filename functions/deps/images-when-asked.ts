// Images of containers, for the API: few calls build one or look one up, so the clients of both services are loaded for those, and a cold
// start has no need of them.
import type { ImageBuilds } from "./image-builds.ts";
import type { ImageRegistry } from "./image-registry.ts";

export function buildsWhenAsked(project: string): ImageBuilds {
  const builds = once(async () => (await import("./image-builds.ts")).codeBuilds(project));
  return {
    start: async (request) => (await builds()).start(request),
    find: async (id) => (await builds()).find(id),
    log: async (id) => (await builds()).log(id),
    stopAll: async (app) => (await builds()).stopAll(app),
  };
}

export function registryWhenAsked(host: string, repositoryPrefix: string): ImageRegistry {
  const registry = once(async () =>
    (await import("./image-registry.ts")).elasticRegistry(host, repositoryPrefix),
  );
  return {
    host,
    repositoryFor: async (app) => (await registry()).repositoryFor(app),
    digestOf: async (name, image) => (await registry()).digestOf(name, image),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
