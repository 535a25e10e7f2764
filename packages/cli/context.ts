// What every command gets: the client, where to write, and how: for people, or as the API's answer alone.
import type { Command } from "commander";
import { type Client, createClient } from "#client/client.ts";
import { UsageError } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { type Style, styleOf } from "./style.ts";

const DEFAULT_URL = "http://127.0.0.1:4000";

export type Context = {
  io: Io;
  style: Style;
  /** Made on first use, so that `--help` asks for no token. */
  client(): Client;
  json(): boolean;
  /** The answer as JSON, or what people read. */
  print(answer: unknown, lines: () => string[]): void;
  line(text: string): void;
  exitWith(code: number): void;
};

export type AddCommand = (program: Command, context: Context) => void;

export function contextOf(io: Io, json: () => boolean, exitWith: (code: number) => void): Context {
  let client: Client | undefined;
  const line = (text: string) => io.out(`${text}\n`);
  return {
    io,
    style: styleOf(io.color),
    client: () => {
      client ??= clientOf(io);
      return client;
    },
    json,
    print: (answer, lines) => {
      if (json()) line(JSON.stringify(answer, null, 2));
      else for (const text of lines()) line(text);
    },
    line,
    exitWith,
  };
}

function clientOf(io: Io): Client {
  const url = io.env.TUTTI_URL || DEFAULT_URL;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new UsageError(`TUTTI_URL is not a web address: ${url}`);
  return createClient({ url, token: io.env.TUTTI_TOKEN, client: "cli" });
}
