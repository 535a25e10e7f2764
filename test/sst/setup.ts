// Before the first evaluation: the console, which the program builds where it is missing, since files that are tested beside each other
// would all build it at once.
import { buildConsole } from "#infra/build-console.ts";
import { ROOT } from "#start/open-house.ts";

export const setup = () => buildConsole(ROOT);
