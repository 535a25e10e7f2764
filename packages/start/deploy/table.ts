// The one table, with its time to live.
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import type { Blueprint } from "#infra/blueprint.ts";
import { TABLE_DEFINITION } from "#store/table-definition.ts";
import type { AwsAccess } from "./access.ts";
import { ignoring } from "./ignoring.ts";

export async function deployTable(plan: Blueprint, access: AwsAccess): Promise<void> {
  const dynamo = new DynamoDBClient(access);
  const { ttlAttribute, ...definition } = TABLE_DEFINITION;
  await ignoring(
    "ResourceInUseException",
    dynamo.send(new CreateTableCommand({ TableName: plan.names.table, ...definition })),
  );
  const TimeToLiveSpecification = { AttributeName: ttlAttribute, Enabled: true };
  await ignoring(
    "ValidationException",
    dynamo.send(new UpdateTimeToLiveCommand({ TableName: plan.names.table, TimeToLiveSpecification })),
  );
}
