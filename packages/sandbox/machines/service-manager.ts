// The service manager of one machine, what systemd is to a host: its units, their supervision and their journals.
import { join } from "node:path";
import type { MachineFacts } from "./environment.ts";
import { createJournal, type Journal } from "./journal.ts";
import { type SupervisedUnit, superviseUnit } from "./supervised-unit.ts";
import { createUnitDirectory, type UnitDirectory } from "./unit-directory.ts";
import type { Unit } from "./unit-file.ts";

export type ServiceManager = {
  units: UnitDirectory;
  /** The unit under supervision; it is made where it was never started. */
  unit(name: string): SupervisedUnit;
  /** Whether it is known to be running, failed or due, so that its file may be gone. */
  loaded(name: string): boolean;
  journal(name: string): Journal;
  /** Forgets the definitions it read: the next start reads the files again. Answers the warnings of all files. */
  reload(): string[];
  /** Starts every enabled unit, in parallel. */
  boot(): Promise<void>;
  /** Stops everything, in parallel. */
  halt(graceMilliseconds: number): Promise<void>;
};

export function createServiceManager(machine: MachineFacts): ServiceManager {
  const units = createUnitDirectory(machine.directory);
  const supervised = new Map<string, SupervisedUnit>();
  const definitions = new Map<string, Unit>();
  const journals = new Map<string, Journal>();
  let halted = false;

  function journal(name: string): Journal {
    const known = journals.get(name);
    if (known) return known;
    const made = createJournal(join(machine.directory, "var", "log", "journal"), name, machine.id);
    journals.set(name, made);
    return made;
  }

  /** systemd keeps a definition while the unit is in use, until daemon-reload. */
  function load(name: string): Unit {
    // What still asks while the machine goes down (a script that is being ended) must not start anything that outlives it.
    if (halted) throw new Error("The machine is being shut down.");
    const known = definitions.get(name);
    if (known) return known;
    const unit = units.read(name);
    for (const warning of unit.warnings) journal(name).write("systemd[1]", warning);
    definitions.set(name, unit);
    return unit;
  }

  function unit(name: string): SupervisedUnit {
    const known = supervised.get(name);
    if (known) return known;
    const made = superviseUnit(name, { machine, journal: journal(name), load: () => load(name) });
    supervised.set(name, made);
    return made;
  }

  function reload(): string[] {
    definitions.clear();
    return [...supervised.keys()].flatMap((name) => {
      try {
        return units.find(name) ? units.read(name).warnings : [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
  }

  async function boot(): Promise<void> {
    halted = false;
    await Promise.all(
      units.enabled().map(async (name) => {
        try {
          await unit(name).start();
        } catch (error) {
          journal(name).write("systemd[1]", (error as Error).message);
        }
      }),
    );
  }

  return {
    units,
    unit,
    journal,
    reload,
    boot,
    loaded: (name) => supervised.has(name) && supervised.get(name)!.status().active !== "inactive",
    halt: async (grace) => {
      halted = true;
      await Promise.all([...supervised.values()].map((one) => one.stop(grace)));
      definitions.clear();
      supervised.clear();
    },
  };
}
