// The build of container images as plain data: one CodeBuild project, its role, and the buildspec, which is the very same
// on AWS and in the sandbox. What differs from build to build (the source, IMAGE_REPOSITORY, IMAGE_TAG) comes with it.
import type { Names } from "./names.ts";
import type { Statement } from "./statement.ts";

export type ProjectBlueprint = {
  name: string;
  /** Its role is `<installation>-<short>`. */
  short: string;
  description: string;
  buildspec: string;
  environment: { type: "LINUX_CONTAINER"; image: string; computeType: "BUILD_GENERAL1_SMALL" };
  timeoutMinutes: number;
  /** `bucket/folder/` where sources lie; each build names its own. */
  sourceLocation: string;
  /** `bucket/folder`: each build's log becomes an object in it. */
  logLocation: string;
  statements: Statement[];
};

const BUILDSPEC = `version: 0.2
env:
  exported-variables: [IMAGE_REFERENCE]
phases:
  pre_build:
    commands:
      - aws ecr get-login-password --region "$AWS_REGION" | docker login --username AWS --password-stdin "\${IMAGE_REPOSITORY%%/*}"
  build:
    on-failure: ABORT
    commands:
      - docker build -t "built:$IMAGE_TAG" .
      - docker tag "built:$IMAGE_TAG" "$IMAGE_REPOSITORY:$IMAGE_TAG"
      - docker push "$IMAGE_REPOSITORY:$IMAGE_TAG"
      - IMAGE_REFERENCE=$(docker inspect --format '{{index .RepoDigests 0}}' "$IMAGE_REPOSITORY:$IMAGE_TAG")
      - export IMAGE_REFERENCE
`;

export function imageProject(names: Names): ProjectBlueprint {
  return {
    name: names.imageProject,
    short: "image-build",
    description: "Builds an app's container image from its uploaded folder and pushes it.",
    buildspec: BUILDSPEC,
    environment: {
      type: "LINUX_CONTAINER",
      // "Docker images provided by CodeBuild" in the CodeBuild User Guide: Amazon Linux 2023, with Docker.
      image: "aws/codebuild/amazonlinux-x86_64-standard:5.0",
      computeType: "BUILD_GENERAL1_SMALL",
    },
    timeoutMinutes: 30,
    sourceLocation: `${names.bucket}/uploads/`,
    logLocation: `${names.bucket}/image-builds`,
    statements: statements(names),
  };
}

function statements(names: Names): Statement[] {
  return [
    { actions: ["s3:GetObject", "s3:GetObjectVersion"], resources: [`${names.bucketArn}/uploads/*`] },
    { actions: ["s3:PutObject"], resources: [`${names.bucketArn}/image-builds/*`] },
    // Asked before a build reads or writes ("Create a CodeBuild service role" in the CodeBuild User Guide).
    { actions: ["s3:GetBucketAcl", "s3:GetBucketLocation"], resources: [names.bucketArn] },
    {
      actions: ["ecr:GetAuthorizationToken"],
      resources: ["*"],
      why: "Signing in knows no resources (Service Authorization Reference, Elastic Container Registry).",
    },
    {
      actions: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:InitiateLayerUpload",
        "ecr:UploadLayerPart",
        "ecr:CompleteLayerUpload",
        "ecr:PutImage",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      resources: [names.imageRepositoriesArn],
    },
  ];
}
