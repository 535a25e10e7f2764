// The revisions of a target's family: the one of a release is looked up by its tags, and registered where there is none.
// A revision never changes, so what was read of one is kept for as long as the function lives.
import type { TargetContext } from "#core/driver/driver.ts";
import type { Container } from "./container.ts";
import { definitionOf } from "./definition.ts";
import { familyOf, type Label, readLabel } from "./naming.ts";
import { taskSecrets } from "./secrets.ts";
import { deregisterRevision, listRevisions, readRevision, registerRevision } from "./task-definitions.ts";
import { ensureAccessPoints } from "./volumes.ts";

/** So many are read at once. */
const AT_ONCE = 10;

/** ARN of the revision. Registered twice by a race or beyond the newest 100, it is only there twice. */
export async function ensureRevision(
  container: Container,
  target: TargetContext,
  version: string,
): Promise<string> {
  const [release, secrets, accessPoints] = await Promise.all([
    target.release(version),
    taskSecrets(target.spec, container.secretArn),
    ensureAccessPoints(container, target),
  ]);
  const { label, input } = definitionOf(container.namePrefix, target, release, { secrets, accessPoints });
  const found = await findRevision(container, target, label);
  if (found) return found;
  const arn = await registerRevision(container.clients, input);
  container.labels.set(arn, label);
  return arn;
}

async function findRevision(
  container: Container,
  target: TargetContext,
  wanted: Label,
): Promise<string | null> {
  const arns = await listRevisions(container.clients, familyOf(container.namePrefix, target));
  for (let from = 0; from < arns.length; from += AT_ONCE) {
    const some = arns.slice(from, from + AT_ONCE);
    const labels = await Promise.all(some.map((arn) => labelOf(container, arn)));
    const at = labels.findIndex(
      (label) => label?.releaseId === wanted.releaseId && label.digest === wanted.digest,
    );
    if (at >= 0) return some[at]!;
  }
  return null;
}

/** `null`: somebody else registered it. */
export async function labelOf(container: Container, arn: string): Promise<Label | null> {
  const known = container.labels.get(arn);
  if (known !== undefined) return known;
  const revision = await readRevision(container.clients, arn);
  const label = revision && readLabel(revision.tags);
  container.labels.set(arn, label);
  return label;
}

/** So many are kept for quick ways back; ECS keeps each for ever unless it is told. An older release's is registered again. */
const KEPT_REVISIONS = 10;

/** `used`: those that services name. What is beyond the newest 100 goes at one of the next ends. */
export async function pruneRevisions(
  container: Container,
  target: TargetContext,
  used: Set<string>,
): Promise<void> {
  const arns = await listRevisions(container.clients, familyOf(container.namePrefix, target));
  for (const arn of arns.slice(KEPT_REVISIONS))
    if (!used.has(arn)) await deregisterRevision(container.clients, arn);
}

export async function deregisterAll(container: Container, target: TargetContext): Promise<void> {
  for (;;) {
    const arns = await listRevisions(container.clients, familyOf(container.namePrefix, target));
    if (arns.length === 0) return;
    for (const arn of arns) await deregisterRevision(container.clients, arn);
  }
}
