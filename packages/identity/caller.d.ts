export type Service = {
  /** Where it answers: what Tutti put into `<NAME>_URL`. */
  url: string | undefined;
  /** For clients other than fetch: the header of one call, good for 60 seconds, one use, this method and this path. Empty where the app has no identity. */
  headers(method: string, path: string): Record<string, string>;
  /**
   * `fetch`, with who calls. `path` is of the service, `/v1/orders?open=true`; another origin is refused. Redirects are not
   * followed unless `init.redirect` says so. A call that is tried again is signed again.
   */
  fetch(path?: string | URL, init?: RequestInit): Promise<Response>;
};

export type ServiceOptions = {
  /** Default: the process's own. */
  env?: Record<string, string | undefined>;
  /** Milliseconds since 1970. */
  now?: () => number;
  fetch?: typeof fetch;
};

/** An app of the manifest's `connect`, by its name. */
export function service(name: string, options?: ServiceOptions): Service;
