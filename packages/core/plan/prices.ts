// Prices that dry runs, receipts and docs/cost.md are reckoned with: us-east-1, in US dollars, without the free tier. Where and when each
// was read stands in docs/cost.md.

/** Step Functions, Standard workflows: $0.025 per 1,000 state transitions (aws.amazon.com/step-functions/pricing). */
export const TRANSITION_DOLLARS = 0.000025;

/** Lambda on Arm, which Tutti's own functions run on: $0.0000133334 for a GB-second (aws.amazon.com/lambda/pricing). */
export const LAMBDA_GIB_SECOND_DOLLARS = 0.0000133334;

/** Lambda: $0.20 per million requests (same page). */
export const LAMBDA_REQUEST_DOLLARS = 0.0000002;

/** DynamoDB on demand: $0.625 per million write request units of up to 1 KB (aws.amazon.com/dynamodb/pricing/on-demand). */
export const WRITE_UNIT_DOLLARS = 0.000000625;

/** DynamoDB on demand: $0.125 per million read request units of up to 4 KB (same page). */
export const READ_UNIT_DOLLARS = 0.000000125;

/** CodeBuild, on-demand general1.small, Linux: $0.005 a build minute, rounded up to the next minute (aws.amazon.com/codebuild/pricing). */
export const BUILD_MINUTE_DOLLARS = 0.005;
