// A deployment and a train that come near the end of what one execution may remember (25,000 events: Step Functions developer guide,
// "Quotas related to state machine executions"), so that the workflow starts itself anew.
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { MAX_ROUNDS } from "#core/rollout/limits.ts";
import { MAX_TRAIN_ROUNDS } from "#core/train/messages.ts";
import { systemClock } from "#functions/deps/clock.ts";
import { documentClient } from "#store/client.ts";
import { createStore } from "#store/store.ts";
import { ENVIRONMENT, functionCode, functionManifest, publish, settled } from "#test/support/release-of.ts";
import { type Journey, NAMES, until } from "./journey.ts";

const WAITING = { strategy: "allAtOnce", approval: "before" };

export async function liveLong({ client, house }: Journey): Promise<void> {
  const app = "long-lived";
  await client.apps.put(app, { ...functionManifest(app), rollout: WAITING });
  await publish(client, app, "v1", functionCode("well"));
  const train = await client.trains.create({ stops: [[{ app, environment: ENVIRONMENT, version: "v1" }]] });
  const first = await until("its deployment waits", async () => {
    const { items } = await client.deployments.list({ app, status: "awaiting_approval" });
    return items[0];
  });
  const store = createStore({
    client: documentClient(new DynamoDBClient(house.access())),
    table: NAMES.table,
    clock: systemClock,
  });
  const sfn = new SFNClient(house.access());
  await store.trains.change(train.id, (one) => ({ ...one, rounds: MAX_TRAIN_ROUNDS }));
  await until("the train is carried on", () => isThere(sfn, NAMES.trainArn, `${train.id}-2`));
  await store.deployments.change(first.id, (one) => ({ deployment: { ...one, rounds: MAX_ROUNDS } }));
  await client.deployments.act(first.id, "approve");
  await until("the deployment is carried on", () => isThere(sfn, NAMES.rolloutArn, `${first.id}-2`));
  await settled(client, first.id);
  await until("the train ends", async () => (await client.trains.get(train.id)).endedAt);
  await client.apps.remove(app, { force: true });
}

async function isThere(sfn: SFNClient, stateMachineArn: string, name: string): Promise<boolean> {
  const { executions = [] } = await sfn.send(
    new ListExecutionsCommand({ stateMachineArn, maxResults: 1000 }),
  );
  return executions.some((one) => one.name === name);
}
