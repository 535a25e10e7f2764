// The hosts of the environment's pools that take no copies, why, and the way to take a mark back.
import { useSignal } from "@preact/signals";
import type { Answer } from "#client/operations.ts";
import { endOfMark } from "#core/heal/bad-hosts.ts";
import { api } from "../api.ts";
import { useDoing } from "../doing/use-doing.ts";
import { may } from "../me.ts";
import { Refusal } from "../parts/refusal.tsx";
import { Table } from "../parts/table.tsx";
import { When } from "../parts/when.tsx";

export type BadHostView = Answer<"GET /v1/environments/{env}/bad-hosts">["items"][number];
type BadHostsProps = { environment: string; rows: BadHostView[] };

export function BadHosts({ environment, rows }: BadHostsProps) {
  // What was cleared here is not shown until the next look round.
  const cleared = useSignal<BadHostView[]>([]);
  const { busy, error, run } = useDoing();
  const clear = (one: BadHostView) =>
    run(
      () => api().environments.clearHost(environment, { pool: one.pool, host: one.host }),
      () => {
        cleared.value = [...cleared.value, one];
      },
    );
  const isLeft = ({ pool, host, since }: BadHostView) =>
    !cleared.value.some((one) => one.pool === pool && one.host === host && one.since === since);
  return (
    <>
      <Table of="Hosts marked bad" columns={["Host", "Since", "By", "Why", "Until", ""]}>
        {rows.filter(isLeft).map((one) => (
          <tr key={`${one.pool}/${one.host}`}>
            <td>
              <code>
                {one.pool}/{one.host}
              </code>
            </td>
            <td>
              <When at={one.since} />
            </td>
            <td>{one.by}</td>
            <td class="why">{one.why}</td>
            <td>
              <Until mark={one} />
            </td>
            <td>
              {may("operate", { environment }) && (
                <button
                  type="button"
                  aria-label={`Clear ${one.host}`}
                  onClick={() => clear(one)}
                  disabled={busy.value}
                >
                  Clear
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      <Refusal error={error.value} />
    </>
  );
}

function Until({ mark }: { mark: BadHostView }) {
  const { how, at } = endOfMark(mark);
  return at === null ? how : <When at={at} />;
}
