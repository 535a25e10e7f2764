// Where containers run, what pulls their images, what they run as, and what makes the disks that go with their copies.
const TASKS = { Service: "ecs-tasks.amazonaws.com" };
/** ECS itself, not the task ("Amazon ECS infrastructure IAM role" in the ECS Developer Guide, as is the policy). */
const ECS = { Service: "ecs.amazonaws.com" };

export function cluster(stage: string) {
  const made = new aws.ecs.Cluster("Cluster", { name: `platform-${stage}` });
  const logs = new aws.cloudwatch.LogGroup("AppLogs", {
    name: `/platform/${stage}/apps`,
    retentionInDays: 30,
  });
  const execution = new aws.iam.Role("ExecutionRole", {
    name: `platform-${stage}-execution`,
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal(TASKS),
  });
  new aws.iam.RolePolicyAttachment("ExecutionPolicy", {
    role: execution.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
  });
  const task = new aws.iam.Role("TaskRole", {
    name: `platform-${stage}-task`,
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal(TASKS),
  });
  keep(stage, task.name);
  return {
    arn: made.arn,
    executionRoleArn: execution.arn,
    taskRoleArn: task.arn,
    infrastructureRoleArn: diskRole(stage),
    logGroup: logs.name,
  };
}

/** It makes, attaches and deletes what ECS itself tagged as made for a task, and touches no other disk. */
function diskRole(stage: string) {
  const role = new aws.iam.Role("InfrastructureRole", {
    name: `platform-${stage}-infrastructure`,
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal(ECS),
  });
  new aws.iam.RolePolicyAttachment("InfrastructurePolicy", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AmazonECSInfrastructureRolePolicyForVolumes",
  });
  return role.arn;
}

/** A bucket that apps in containers may keep their files in. */
function keep(stage: string, taskRole: $util.Output<string>): void {
  const bucket = new sst.aws.Bucket("AppFiles", { versioning: true, cors: false });
  new aws.iam.RolePolicy("TaskFiles", {
    name: `platform-${stage}-files`,
    role: taskRole,
    policy: $jsonStringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          Resource: $interpolate`${bucket.arn}/*`,
        },
      ],
    }),
  });
}
