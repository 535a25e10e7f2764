// Packs a .tar.gz again as the zip that Lambda takes. The same archive gives the same bytes every time (names in
// their order, one fixed date), so a repeated upload is recognised by its digest.
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { Zip, ZipDeflate } from "fflate";
import { extract, type Header } from "tar-stream";
import {
  checkUnzippedSize,
  checkZippedSize,
  EPOCH,
  Refusal,
  refuseLink,
  safeName,
  UNIX,
} from "./archive-rules.ts";

export async function zipOfTarGz(bytes: Uint8Array): Promise<Uint8Array> {
  const sink = zipSink();
  let files = 0;
  let unzippedBytes = 0;
  const tar = extract();
  const gunzip = createGunzip();
  gunzip.on("error", (error) => tar.destroy(error));
  Readable.from([bytes]).pipe(gunzip).pipe(tar);
  try {
    for await (const entry of tar) {
      const file = fileFor(entry.header, sink.zip);
      if (file) files++;
      for await (const chunk of entry as AsyncIterable<Uint8Array>) {
        unzippedBytes += chunk.length;
        checkUnzippedSize(unzippedBytes);
        file?.push(chunk);
      }
      file?.push(new Uint8Array(0), true);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(`The artifact is a damaged .tar.gz (${(error as Error).message}).`, { cause: error });
  } finally {
    gunzip.destroy();
  }
  if (files === 0) throw new Refusal("The archive is empty.");
  return sink.end();
}

function fileFor(header: Header, zip: Zip): ZipDeflate | null {
  const name = safeName(header.name);
  if (header.type === "directory") return null;
  if (header.type !== "file" && header.type !== "contiguous-file") refuseLink(header.name);
  const file = new ZipDeflate(name, { level: 6 });
  file.mtime = EPOCH;
  file.os = UNIX;
  // Lambda runs as another user, so everybody must be able to read; what may be run stays so.
  file.attrs = ((header.mode ?? 0) & 0o111 ? 0o100755 : 0o100644) << 16;
  zip.add(file);
  return file;
}

function zipSink(): { zip: Zip; end(): Uint8Array } {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    chunks.push(chunk);
    sizeBytes += chunk.length;
    checkZippedSize(sizeBytes);
  });
  const end = () => {
    zip.end();
    return new Uint8Array(Buffer.concat(chunks, sizeBytes));
  };
  return { zip, end };
}
