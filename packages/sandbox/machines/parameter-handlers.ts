// Parameter Store: strings by name. A SecureString lies encrypted on disk, under a key of this sandbox alone, and is
// answered so unless WithDecryption asks for the text.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type {
  DeleteParameterRequest,
  DescribeParametersRequest,
  GetParameterRequest,
  GetParametersRequest,
  Parameter,
  ParameterMetadata,
  ParameterStringFilter,
  PutParameterRequest,
} from "@aws-sdk/client-ssm";
import { jsonFile } from "../json-file.ts";
import { AwsError, type Handler, type Platform } from "../platform.ts";
import { pageOf, pageSize } from "./pages.ts";

type Stored = {
  name: string;
  type: "String" | "StringList" | "SecureString";
  value: string;
  version: number;
  changedAt: number;
};

const MAX_VALUE_BYTES = 8 * 1024; // advanced tier; the standard tier ends at 4 KB

export function parameterHandlers(platform: Platform): Record<string, Handler> {
  const directory = join(platform.directory, "ssm");
  const file = jsonFile<Stored[]>(join(directory, "parameters.json"));
  const parameters = new Map((file.read() ?? []).map((stored) => [stored.name, stored]));
  const save = () => file.save(() => [...parameters.values()]);

  function describe(stored: Stored, decrypt: boolean): Parameter {
    return {
      Name: stored.name,
      Type: stored.type,
      Value: stored.type === "SecureString" && decrypt ? unseal(key(directory), stored.value) : stored.value,
      Version: stored.version,
      LastModifiedDate: new Date(stored.changedAt),
      ARN: parameterArn(platform, stored.name),
      DataType: "text",
    };
  }

  /** Everything but what it holds. */
  function metadata(stored: Stored): ParameterMetadata {
    const { Value: _held, ...rest } = describe(stored, false);
    return { ...rest, Tier: "Standard" };
  }

  return {
    PutParameter: async (input: PutParameterRequest) => {
      const { Name: name = "", Value: value = "" } = input;
      const before = parameters.get(name);
      if (before && !input.Overwrite)
        throw new AwsError(
          "ParameterAlreadyExists",
          "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        );
      const type = checkParameter(input, before?.type);
      const version = (before?.version ?? 0) + 1;
      const kept = type === "SecureString" ? seal(key(directory), value) : value;
      parameters.set(name, { name, type, value: kept, version, changedAt: platform.now() });
      await save();
      return { Version: version, Tier: "Standard" };
    },
    GetParameter: (input: GetParameterRequest) => {
      const stored = parameters.get(nameOf(platform, input.Name));
      if (!stored) throw new AwsError("ParameterNotFound", `Parameter ${input.Name} not found.`);
      return { Parameter: describe(stored, input.WithDecryption === true) };
    },
    GetParameters: (input: GetParametersRequest) => {
      const names = input.Names ?? [];
      const found = names
        .map((name) => parameters.get(nameOf(platform, name)))
        .filter((stored) => stored !== undefined);
      return {
        Parameters: found.map((stored) => describe(stored, input.WithDecryption === true)),
        InvalidParameters: names.filter((name) => !parameters.has(nameOf(platform, name))),
      };
    },
    DescribeParameters: (input: DescribeParametersRequest) => {
      const filters = (input.ParameterFilters ?? []).map(nameFilter);
      const found = [...parameters.values()].filter(({ name }) => filters.every((fits) => fits(name)));
      const page = pageOf(found, pageSize(input.MaxResults, 1, 50), input.NextToken);
      return { Parameters: page.items.map(metadata), NextToken: page.next };
    },
    DeleteParameter: async (input: DeleteParameterRequest) => {
      if (!parameters.delete(nameOf(platform, input.Name)))
        throw new AwsError("ParameterNotFound", `Parameter ${input.Name} not found.`);
      await save();
      return {};
    },
  };
}

/** API reference, ParameterStringFilter: without an option, names are equal. */
function nameFilter({
  Key,
  Option = "Equals",
  Values = [],
}: ParameterStringFilter): (name: string) => boolean {
  if (Key !== "Name" || (Option !== "Equals" && Option !== "BeginsWith"))
    throw new AwsError(
      "InvalidFilterKey",
      `The sandbox filters parameters by Name with Equals or BeginsWith, not by ${Key} with ${Option}.`,
    );
  return (name) => Values.some((value) => (Option === "Equals" ? name === value : name.startsWith(value)));
}

export function parameterArn(platform: Platform, name: string): string {
  return `arn:aws:ssm:${platform.region}:${platform.accountId}:parameter/${name.replace(/^\//, "")}`;
}

/** A parameter may be named by its ARN; one of another region is none of these names. */
function nameOf(platform: Platform, name = ""): string {
  const start = parameterArn(platform, "");
  if (!name.startsWith(start)) return name;
  const path = name.slice(start.length);
  return path.includes("/") ? `/${path}` : path;
}

function checkParameter(input: PutParameterRequest, before: Stored["type"] | undefined): Stored["type"] {
  if (!/^[\w./-]{1,1011}$/.test(input.Name ?? ""))
    throw new AwsError(
      "ValidationException",
      `Parameter name "${input.Name}" may have letters, digits and . - _ / only.`,
    );
  if (!input.Value) throw new AwsError("ValidationException", "Value must have at least one character.");
  if (Buffer.byteLength(input.Value) > MAX_VALUE_BYTES)
    throw new AwsError("ValidationException", `Value is over ${MAX_VALUE_BYTES} bytes.`);
  const type = input.Type ?? before;
  if (type !== "String" && type !== "StringList" && type !== "SecureString")
    throw new AwsError("ValidationException", "A parameter type is required when you create a parameter.");
  return type;
}

function key(directory: string): Buffer {
  const path = join(directory, "parameters.key");
  if (!existsSync(path)) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path, randomBytes(32), { mode: 0o600 });
  }
  return readFileSync(path);
}

/** AES-256-GCM: nonce, tag and text, in base64. */
function seal(secret: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", secret, nonce);
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
}

function unseal(secret: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", secret, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}
