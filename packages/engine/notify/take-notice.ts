// A notice makes one delivery for each receiver that wants it. Told twice it makes no second one.
import type { Notice } from "#core/domain/notice.ts";
import { firstDelivery } from "#core/notify/attempts.ts";
import { isWanted } from "#core/notify/wanted.ts";
import { deliveryId } from "#store/deliveries.ts";
import { deliver } from "./deliver.ts";
import type { NotifyDeps } from "./deps.ts";

export async function takeNotice(deps: NotifyDeps, notice: Notice): Promise<void> {
  const environment = await deps.store.environments.get(notice.environment);
  const receivers = (environment?.notifications ?? []).filter((one) => isWanted(one, notice));
  await Promise.all(
    receivers.map(async (receiver) => {
      const delivery = firstDelivery(deliveryId(notice, receiver.name), notice, receiver, deps.clock.now());
      if (await deps.store.deliveries.add(delivery)) await deliver(deps, delivery);
    }),
  );
}
