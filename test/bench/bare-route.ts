// The floor of an API read: one Hono route on Lambda that makes the same SDK call and answers the item. No token, no
// checks, no views.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const app = new Hono();

app.get("/apps/:app", async (context) => {
  const Key = { pk: `APP#${context.req.param("app")}`, sk: "APP" };
  const { Item } = await client.send(
    new GetCommand({ TableName: process.env.TUTTI_TABLE, Key, ConsistentRead: true }),
  );
  return context.json(Item);
});

export const handler = handle(app);
