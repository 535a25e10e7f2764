// Leads every SDK client of a test file to the judge, by the environment alone, as it is done in production.
import { inject } from "vitest";

const { endpoint } = inject("judge");
Object.assign(process.env, {
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  TUTTI_TEST_TABLE_ENDPOINT: endpoint,
});
