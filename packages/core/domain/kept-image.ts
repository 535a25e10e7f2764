// What keeps an image of the installation's own repositories: each release that names one puts a tag of its own on it, which no build
// moves. So an image without any tag is one that no release needs and no task runs, and the repository's own rules may take it away.

/** A repository that Tutti makes expires what has no tag; counted from the push, so that what is between build and release has time. */
const DAYS = 7;
const WHY = "Tutti: no release names an image that has no tag";
const HOLD = "tutti.";

/** The tag by which a release keeps its image: `tutti.rel_…`. */
export function holdOf(releaseId: string): string {
  return `${HOLD}${releaseId}`;
}

/** What the tags of releases begin with, and no version that somebody pushes. */
export const HOLD_PREFIX = holdOf("rel_");

/** Text of the lifecycle policy ("Lifecycle policy properties" in the ECR User Guide). */
export const LIFECYCLE_POLICY = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      description: WHY,
      selection: {
        tagStatus: "untagged",
        countType: "sinceImagePushed",
        countUnit: "days",
        countNumber: DAYS,
      },
      action: { type: "expire" },
    },
  ],
});

type Rule = { description?: string; selection?: { tagStatus?: string }; action?: { type?: string } };

/** Whether a lifecycle policy may take away what a release names. */
export function endangersReleases(policy: string): boolean {
  const { rules = [] } = JSON.parse(policy) as { rules?: Rule[] };
  const isOurs = ({ description, selection }: Rule) =>
    description === WHY && selection?.tagStatus === "untagged";
  return rules.some((rule) => rule.action?.type === "expire" && !isOurs(rule));
}
