// Which units a machine has and which are enabled: symbolic links in its etc/systemd/system, where systemd keeps them
// too, so that they outlive the sandbox. A unit is a file that was put there or linked from elsewhere.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, isAbsolute, join } from "node:path";
import { parseUnit, type Unit } from "./unit-file.ts";

export type UnitFileState = "enabled" | "disabled" | "linked" | "static" | "not-found";

export type UnitDirectory = {
  /** Path of the unit's file; `undefined` where there is no such unit. */
  find(name: string): string | undefined;
  text(name: string): string;
  read(name: string): Unit;
  state(name: string): UnitFileState;
  enabled(): string[];
  link(path: string): string;
  /** Answers the links made. Throws where the unit is missing or says nothing in [Install]. */
  enable(name: string): string[];
  /** Takes away the links that enable, and a linked unit with them, as systemctl does. Answers the links removed. */
  disable(name: string): string[];
};

export function createUnitDirectory(machineDirectory: string): UnitDirectory {
  const directory = join(machineDirectory, "etc", "systemd", "system");
  mkdirSync(directory, { recursive: true });
  const pathOf = (name: string) => join(directory, name);
  const wants = () => readdirSync(directory).filter((name) => name.endsWith(".wants"));

  function find(name: string): string | undefined {
    return existsSync(pathOf(name)) ? pathOf(name) : undefined;
  }

  function text(name: string): string {
    const path = find(name);
    if (!path) throw new Error(`Unit ${name} not found.`);
    return readFileSync(path, "utf8");
  }
  const read = (name: string) => parseUnit(text(name), name);

  function state(name: string): UnitFileState {
    if (!find(name)) return "not-found";
    if (wants().some((want) => isLink(join(directory, want, name)))) return "enabled";
    if (isLink(pathOf(name))) return "linked";
    return readFileSync(pathOf(name), "utf8").includes("[Install]") ? "disabled" : "static";
  }

  function link(path: string): string {
    const name = basename(path);
    checkLinkable(path, name);
    if (isLink(pathOf(name))) rmSync(pathOf(name));
    else if (existsSync(pathOf(name)) && path !== pathOf(name))
      throw new Error(`File ${pathOf(name)} already exists.`);
    if (path !== pathOf(name)) symlinkSync(path, pathOf(name));
    return name;
  }

  function enable(name: string): string[] {
    const unit = read(name);
    if (unit.wantedBy.length === 0)
      throw new Error(`The unit file ${name} has no installation config (WantedBy= in [Install]).`);
    return unit.wantedBy.map((target) => {
      const want = join(directory, `${target}.wants`);
      mkdirSync(want, { recursive: true });
      const path = join(want, name);
      if (!isLink(path)) symlinkSync(pathOf(name), path);
      return path;
    });
  }

  function disable(name: string): string[] {
    const links = [...wants().map((want) => join(directory, want, name)), pathOf(name)].filter(isLink);
    for (const path of links) rmSync(path);
    return links;
  }

  const enabled = () => [
    ...new Set(
      wants()
        .flatMap((want) => readdirSync(join(directory, want)))
        .filter((name) => find(name)),
    ),
  ];
  return { find, text, read, state, enabled, link, enable, disable };
}

function checkLinkable(path: string, name: string): void {
  if (!isAbsolute(path)) throw new Error(`Failed to link unit file ${path}: not an absolute path.`);
  if (!/^[\w:.@\\-]+\.service$/.test(name))
    throw new Error(`Failed to link unit file ${path}: only service units work on a sandbox machine.`);
  if (!existsSync(path) || !statSync(path).isFile())
    throw new Error(`Failed to link unit: File ${path} does not exist.`);
}

function isLink(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isSymbolicLink() === true && readlinkSync(path) !== "/dev/null";
}
