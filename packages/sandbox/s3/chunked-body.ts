// Takes the `aws-chunked` framing off an upload: size line, bytes, and at the end trailers such as a checksum.
// Nothing is collected; chunks may be cut anywhere. Framing: "Signature calculations: transferring payload in multiple
// chunks" in the S3 API Reference. The signatures of single chunks are not checked.
import { Transform, type TransformCallback } from "node:stream";
import { AwsError } from "../platform.ts";

const MAX_LINE_BYTES = 4096;

export class ChunkedBody extends Transform {
  /** Complete once the stream has ended. */
  readonly trailers: Record<string, string> = {};
  #expects: "size" | "bytes" | "afterBytes" | "trailer" | "nothing" = "size";
  #remainingBytes = 0;
  #line = "";

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      let offset = 0;
      while (offset < chunk.length) offset = this.#take(chunk, offset);
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    const whole = this.#expects === "nothing" || this.#expects === "trailer";
    done(whole ? null : new AwsError("IncompleteBody", "The request body terminated unexpectedly."));
  }

  #take(chunk: Buffer, offset: number): number {
    if (this.#expects === "bytes") {
      const end = Math.min(chunk.length, offset + this.#remainingBytes);
      this.push(chunk.subarray(offset, end));
      this.#remainingBytes -= end - offset;
      if (this.#remainingBytes === 0) this.#expects = "afterBytes";
      return end;
    }
    const newline = chunk.indexOf(10, offset);
    const end = newline < 0 ? chunk.length : newline;
    this.#line += chunk.toString("latin1", offset, end);
    if (this.#line.length > MAX_LINE_BYTES) throw malformed();
    if (newline < 0) return chunk.length;
    const line = this.#line.replace(/\r$/, "");
    this.#line = "";
    this.#endOfLine(line);
    return newline + 1;
  }

  #endOfLine(line: string): void {
    if (this.#expects === "size") {
      const hex = /^([0-9a-fA-F]{1,12})(?:;.*)?$/.exec(line)?.[1];
      if (hex === undefined) throw malformed();
      this.#remainingBytes = Number.parseInt(hex, 16);
      this.#expects = this.#remainingBytes === 0 ? "trailer" : "bytes";
    } else if (this.#expects === "afterBytes") {
      if (line !== "") throw malformed();
      this.#expects = "size";
    } else if (this.#expects === "trailer") {
      if (line === "") this.#expects = "nothing";
      else this.#addTrailer(line);
    }
  }

  #addTrailer(line: string): void {
    const colon = line.indexOf(":");
    if (colon < 1) throw malformed();
    this.trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
}

function malformed(): AwsError {
  return new AwsError("InvalidRequest", "The aws-chunked body is malformed.");
}
