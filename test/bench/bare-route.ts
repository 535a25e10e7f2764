// The floor of an API read: one Hono route on Lambda that makes the same SDK calls and answers the item. No token is compared, and
// there are no checks and no views; where the API would read a token's item, it reads one too.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { Hono } from "hono";
import { handle } from "hono/aws-lambda";

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const app = new Hono();

app.get("/apps/:app", async (context) => context.json(await appItem(context.req.param("app"))));

app.get("/tokens/:token/apps/:app", async (context) => {
  const token = await item({ pk: "TOKENS", sk: context.req.param("token") });
  return token ? context.json(await appItem(context.req.param("app"))) : context.json({}, 401);
});

function appItem(name: string) {
  return item({ pk: `APP#${name}`, sk: "APP" });
}

async function item(Key: { pk: string; sk: string }) {
  const command = new GetCommand({ TableName: process.env.TUTTI_TABLE, Key, ConsistentRead: true });
  return (await client.send(command)).Item;
}

export const handler = handle(app);
