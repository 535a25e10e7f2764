// Puts the scripts of this kind together, and the user data by which an instance boots into its release.
import { gzipSync } from "node:zlib";
import type { Release } from "#core/domain/release.ts";
import { wrongAt } from "#core/errors.ts";
import { FETCH } from "#targets/host/fetch.ts";
import { RESTART } from "#targets/host/look.ts";
import { PRELUDE } from "#targets/host/prelude.ts";
import { shellAssignments } from "#targets/host/quote.ts";
import { SECRET_STEPS } from "#targets/host/secrets.ts";
import { SYSTEMD } from "#targets/host/systemd.ts";
import { commonVariables, releaseVariables, type Who } from "#targets/host/variables.ts";
import { groundOf } from "../ground.ts";
import { BAKE } from "./bake.ts";
import { BOOT, CHECK, WHY } from "./boot.ts";
import { DISK_STEPS, diskVariables } from "./disks.ts";

/** An install script that loads packages takes its time. */
export const BAKE_SECONDS = 900;
const BOOT_SECONDS = 120;
export const CHECK_SECONDS = 300;
export const WHY_SECONDS = 20;
/** EC2 user guide, "Run commands when you launch": 16 KB before encoding. cloud-init undoes the compression. */
const MOST_USER_DATA_BYTES = 16 * 1024;

export type HostVerb = "why" | "restart";

export function hostScript(verb: HostVerb, target: Who): string {
  const body = { why: WHY, restart: RESTART }[verb];
  return `${shellAssignments(hostVariables(target))}${PRELUDE}${SYSTEMD}${body}`;
}

/** Base64, as a launch template takes it. `isTrial`: of a copy that tests an image, which touches no disk. Throws `invalid_input` for a configuration that does not fit. */
export function userDataOf(target: Who, release: Release, { isTrial = false } = {}): string {
  const variables = {
    ...hostVariables(target),
    ...releaseVariables(target, release, regionOf(target)),
    ...diskVariables(target.spec, isTrial),
  };
  const script = `#!/bin/sh\n${shellAssignments(variables)}${PRELUDE}${SYSTEMD}${SECRET_STEPS}${DISK_STEPS}${BOOT}`;
  const packed = gzipSync(script, { level: 9 });
  // The header's time and system would make two packings of one script differ.
  packed.fill(0, 4, 8);
  packed[9] = 255;
  if (packed.length > MOST_USER_DATA_BYTES)
    throw wrongAt("config", "does not fit into an instance's user data (16 KB, packed).");
  return packed.toString("base64");
}

/** For the test of an image: its watch is longer than a server's, since one command sees it to the end. */
export function checkScript(target: Who): string {
  const variables = hostVariables(target);
  const more = {
    BOOT_SECONDS: String(BOOT_SECONDS),
    WATCH_SECONDS: String(Number(variables.BROKEN_AFTER_SECONDS) + 15),
    HEALTHY_NEEDED: "1",
  };
  return `${shellAssignments({ ...variables, ...more })}${PRELUDE}${SYSTEMD}${CHECK}`;
}

export type BakeFacts = {
  app: string;
  version: string;
  directory: string;
  user: string;
  run: string;
  sha256: string;
};

export function bakeScript(facts: BakeFacts, link: string): string {
  const { app, version, directory, user, run, sha256 } = facts;
  const variables = {
    APP: app,
    ENVIRONMENT: "image",
    DIRECTORY: directory,
    RUN_USER: user,
    VERSION: version,
    BUILD_RUN: run,
    SHA256: sha256,
    URL: link,
    HOST: "",
    LOCK_SECONDS: "20",
    FETCH_SECONDS: "120",
  };
  return `${shellAssignments(variables)}${PRELUDE}${FETCH}${BAKE}`;
}

/** Where the load balancer is. */
function regionOf(target: Who): string {
  return groundOf(target).loadBalancer.arn.split(":")[3]!;
}

function hostVariables(target: Who): Record<string, string> {
  return commonVariables(target, groundOf(target).vm);
}
