// Every price that docs/cost.md is reckoned with: what the vendor asks, the page that says so, and where the figure was read on the day
// below. Vendors fill many of their tables in by script, so that a copy of the page has no figures: then it was read where somebody quotes it.
import {
  BUILD_MINUTE_DOLLARS,
  LAMBDA_GIB_SECOND_DOLLARS,
  LAMBDA_REQUEST_DOLLARS,
  READ_UNIT_DOLLARS,
  TRANSITION_DOLLARS,
  WRITE_UNIT_DOLLARS,
} from "#core/plan/prices.ts";

export const READ_AT = "2026-11-26";

export type Price = { what: string; dollars: number; per: string; page: string; quotedBy?: string };

const AWS = "aws.amazon.com";

const million = (what: string, each: number) => ({ what, dollars: each * 1e6, per: "million" });

export const PRICES = {
  transition: {
    ...{
      what: "Step Functions, Standard: state transitions",
      dollars: TRANSITION_DOLLARS * 1000,
      per: "1,000",
    },
    page: `${AWS}/step-functions/pricing`,
  },
  lambdaTime: {
    ...{ what: "Lambda, Arm: running", dollars: LAMBDA_GIB_SECOND_DOLLARS, per: "GB-second" },
    ...{ page: `${AWS}/lambda/pricing`, quotedBy: "cloudchipr.com/blog/aws-lambda-pricing" },
  },
  lambdaRequest: {
    ...million("Lambda: requests", LAMBDA_REQUEST_DOLLARS),
    page: "docs.aws.amazon.com/whitepapers/latest/how-aws-pricing-works/lambda.html",
  },
  writeUnit: {
    ...million("DynamoDB on demand: write request units", WRITE_UNIT_DOLLARS),
    ...{
      page: `${AWS}/dynamodb/pricing/on-demand`,
      quotedBy: "airbyte.com/data-engineering-resources/dynamodb-pricing",
    },
  },
  readUnit: {
    ...million("DynamoDB on demand: read request units", READ_UNIT_DOLLARS),
    ...{
      page: `${AWS}/dynamodb/pricing/on-demand`,
      quotedBy: "airbyte.com/data-engineering-resources/dynamodb-pricing",
    },
  },
  busEvent: {
    ...million("EventBridge: events put on a bus of one's own", 0.000001),
    ...{ page: `${AWS}/eventbridge/pricing`, quotedBy: "cloudburn.io/blog/amazon-eventbridge-pricing" },
  },
  scheduled: {
    ...million("EventBridge Scheduler: invocations", 0.000001),
    ...{ page: `${AWS}/eventbridge/pricing`, quotedBy: "cloudburn.io/blog/amazon-eventbridge-pricing" },
  },
  logGb: {
    ...{ what: "CloudWatch: logs taken in", dollars: 0.5, per: "GB" },
    ...{
      page: `${AWS}/cloudwatch/pricing`,
      quotedBy: "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards",
    },
  },
  alarm: {
    ...{ what: "CloudWatch: alarms, standard resolution", dollars: 0.1, per: "month" },
    ...{ page: `${AWS}/cloudwatch/pricing`, quotedBy: "c3x.dev/resources/aws/aws_cloudwatch_metric_alarm" },
  },
  metric: {
    ...{ what: "CloudWatch: metrics, by the hours in which they are sent", dollars: 0.3, per: "month" },
    ...{ page: `${AWS}/cloudwatch/pricing`, quotedBy: "signoz.io/guides/cloudwatch-pricing" },
  },
  metricCall: {
    ...{ what: "CloudWatch: requests of its API", dollars: 0.01, per: "1,000" },
    ...{
      page: `${AWS}/cloudwatch/pricing`,
      quotedBy: "support.site24x7.com/portal/en/kb/articles/aws-cloudwatch-metrics-cost-calculation",
    },
  },
  dashboard: {
    ...{ what: "CloudWatch: a dashboard", dollars: 3, per: "month" },
    ...{
      page: `${AWS}/cloudwatch/pricing`,
      quotedBy: "factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards",
    },
  },
  secret: {
    ...{ what: "Secrets Manager: a secret", dollars: 0.4, per: "month" },
    ...{
      page: `${AWS}/secrets-manager/pricing`,
      quotedBy: "hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms",
    },
  },
  secretCall: {
    ...{ what: "Secrets Manager: calls", dollars: 0.05, per: "10,000" },
    ...{
      page: `${AWS}/secrets-manager/pricing`,
      quotedBy: "hivebook.wiki/wiki/aws-secrets-manager-rotated-secrets-dynamic-db-credentials-kms",
    },
  },
  trace: { ...million("X-Ray: traces recorded", 0.000005), page: `${AWS}/xray/pricing` },
  storedGb: {
    ...{ what: "S3 Standard, the first 50 TB", dollars: 0.023, per: "GB a month" },
    ...{
      page: `${AWS}/s3/pricing`,
      quotedBy: "devnotes.tech/understanding-aws-s3-pricing-a-complete-cost-breakdown-with-examples",
    },
  },
  buildMinute: {
    ...{ what: "CodeBuild, general1.small, Linux", dollars: BUILD_MINUTE_DOLLARS, per: "minute" },
    ...{ page: `${AWS}/codebuild/pricing`, quotedBy: "c3x.dev/resources/aws/aws_codebuild_project" },
  },
  cluster: {
    ...{ what: "EKS: a cluster", dollars: 0.1, per: "hour" },
    ...{ page: `${AWS}/eks/pricing`, quotedBy: "projecthelena.com/blog/aws-bill-breakdown-2026" },
  },
  smallNode: {
    ...{ what: "EC2, t3.medium: half a t3.large of $0.0832", dollars: 0.0416, per: "hour" },
    ...{ page: `${AWS}/ec2/pricing/on-demand`, quotedBy: "go-cloud.io/?p=10607" },
  },
  largeNode: {
    ...{ what: "EC2, m7g.2xlarge: four m7g.large of $0.0816", dollars: 0.3264, per: "hour" },
    ...{
      page: `${AWS}/ec2/pricing/on-demand`,
      quotedBy: "factualminds.com/blog/amazon-ec2-on-demand-pricing-instance-families-2026",
    },
  },
  database: {
    ...{ what: "RDS, db.t4g.micro, one zone", dollars: 0.016, per: "hour" },
    ...{
      page: `${AWS}/rds/mysql/pricing`,
      quotedBy: "infratally.com/articles/aws-rds-pricing-explained-2026.html",
    },
  },
} as const satisfies Record<string, Price>;
