// A function's package: fetched from the request or from S3, unpacked once per digest, never changed afterwards.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { unzipSync } from "fflate";
import { AwsError, type Caller, type Platform } from "../platform.ts";
import { invalid, notImplemented } from "./faults.ts";

export type CodeSource = {
  ZipFile?: Uint8Array;
  S3Bucket?: string;
  S3Key?: string;
  S3ObjectVersion?: string;
  ImageUri?: string;
};

export type Code = { codeSha256: string; codeSizeBytes: number; codeFolder: string };

// Quotas: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
const unzippedLimitBytes = 262_144_000;
const directUploadLimitBytes = 52_428_800;

/** Unpacks below `directory/code/<function>/` and answers where. */
export async function bringCode(
  platform: Platform,
  directory: string,
  name: string,
  source: CodeSource,
  caller: Caller,
): Promise<Code> {
  const zip = await fetchZip(platform, source, caller);
  const digest = createHash("sha256").update(zip).digest();
  const codeFolder = join("code", name, digest.toString("hex"));
  if (!existsSync(join(directory, codeFolder))) unpack(zip, join(directory, codeFolder));
  return { codeSha256: digest.toString("base64"), codeSizeBytes: zip.length, codeFolder };
}

async function fetchZip(platform: Platform, source: CodeSource, caller: Caller): Promise<Uint8Array> {
  if (source.ImageUri) throw notImplemented("Code.ImageUri (PackageType Image)");
  if (source.ZipFile) {
    if (source.ZipFile.length > directUploadLimitBytes) {
      throw new AwsError(
        "RequestEntityTooLargeException",
        `Request must be smaller than 69905067 bytes for the CreateFunction operation`,
      );
    }
    return source.ZipFile;
  }
  if (!source.S3Bucket || !source.S3Key) throw invalid("Please provide a source for function code.");
  try {
    const input = { Bucket: source.S3Bucket, Key: source.S3Key, VersionId: source.S3ObjectVersion };
    const object = (await platform.call("s3", "GetObject", input, caller.principal)) as { Body?: unknown };
    return await bytesOf(object.Body);
  } catch (error) {
    const cause = error as AwsError;
    throw invalid(
      `Error occurred while GetObject. S3 Error Code: ${cause.code ?? cause.name}. S3 Error Message: ${cause.message}`,
    );
  }
}

async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  if (typeof body === "string") return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function unpack(zip: Uint8Array, target: string): void {
  const files = read(zip);
  const temporary = `${target}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  for (const [path, bytes] of Object.entries(files)) {
    const safe = normalize(path.replaceAll("\\", "/"));
    if (safe.startsWith("..") || safe.startsWith("/"))
      throw invalid(`Could not unzip uploaded file: ${path} leads outside`);
    const file = join(temporary, safe);
    if (path.endsWith("/")) {
      mkdirSync(file, { recursive: true });
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  mkdirSync(temporary, { recursive: true });
  renameSync(temporary, target);
}

function read(zip: Uint8Array): Record<string, Uint8Array> {
  let totalBytes = 0;
  let over = false;
  try {
    const files = unzipSync(zip, {
      filter: (file) => {
        totalBytes += file.originalSize;
        over ||= totalBytes > unzippedLimitBytes;
        return !over;
      },
    });
    if (over) throw invalid(`Unzipped size must be smaller than ${unzippedLimitBytes} bytes`);
    return files;
  } catch (error) {
    if (error instanceof AwsError) throw error;
    throw invalid("Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
}
