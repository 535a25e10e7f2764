// An answer without `Response`: the first one that a process makes loads the whole of Node's fetch (20 ms of a cold start), and each costs a
// read through streams and checks that no browser is there to need.
import { PlainHeaders } from "./plain-headers.ts";

type Content = string | Uint8Array | null;
type Init = { status?: number; headers?: Record<string, string> };

export class PlainResponse {
  readonly content: Content;
  readonly status: number;
  readonly headers: PlainHeaders;

  constructor(content: Content, { status = 200, headers = {} }: Init = {}) {
    this.content = content;
    this.status = status;
    this.headers = new PlainHeaders(headers);
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return Uint8Array.from(Buffer.from(this.content ?? "")).buffer;
  }

  async text(): Promise<string> {
    return Buffer.from(this.content ?? "").toString();
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

/** As Hono takes it: of a response it reads the status and the headers. */
export function respond(content: Content, init?: Init): Response {
  return new PlainResponse(content, init) as unknown as Response;
}
