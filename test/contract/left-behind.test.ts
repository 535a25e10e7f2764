// What is left behind on purpose, as by years of releases, and what tidying makes of it. That a scheduled
// pass tidies is shown in test/workflows/tidying.test.ts.
import {
  DescribeTaskDefinitionCommand,
  ListTaskDefinitionsCommand,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { expect, test } from "vitest";
import { openPlace } from "./container-place.ts";
import { expectPlayed, roll } from "./roll.ts";

test("of a family's revisions the newest ten stay, and the one that runs; an older release comes back all the same", async () => {
  const place = await openPlace();
  const { ecs } = place.clients;
  try {
    const { driver, target, makeRelease } = await place.open({ replicas: 1 });
    await makeRelease("v1");
    await makeRelease("v2");
    expectPlayed(await roll(driver, target, "v1"));
    expectPlayed(await roll(driver, target, "v2"));
    const running = (await place.service(target))!.taskDefinition!;
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: running }));
    const { family, containerDefinitions, cpu, memory, networkMode } = taskDefinition!;
    for (let n = 0; n < 12; n++)
      await ecs.send(
        new RegisterTaskDefinitionCommand({ family, containerDefinitions, cpu, memory, networkMode }),
      );
    const standing = async () =>
      (await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: family }))).taskDefinitionArns!.map(
        (arn) => Number(arn.slice(arn.lastIndexOf(":") + 1)),
      );
    expect(await standing()).toHaveLength(14);
    await driver.tidy!(target);
    expect(await standing()).toEqual([2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expectPlayed(await roll(driver, target, "v1"));
    expect(await driver.inspect(target)).toMatchObject({ traffic: [{ version: "v1", percent: 100 }] });
    await driver.retire(target);
  } finally {
    await place.close();
  }
});
