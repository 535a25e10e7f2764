// The disks that outlive a release, and which copy has each.
import type { TargetView } from "../api.ts";
import { Table } from "../parts/table.tsx";

type VolumeView = NonNullable<TargetView["volumes"]>[number];

export function VolumeTable({ rows }: { rows: VolumeView[] }) {
  return (
    <Table of="Volumes" columns={["Volume", "Size", "Had by", "Where"]}>
      {rows.map((one) => (
        <tr key={one.name + one.where}>
          <td>{one.name}</td>
          <td>{one.sizeGiB === null ? "grows by itself" : `${one.sizeGiB} GiB`}</td>
          <td>{one.copy ? <code>{one.copy}</code> : "shared, or no copy now"}</td>
          <td class="why">
            <code>{one.where}</code>
          </td>
        </tr>
      ))}
    </Table>
  );
}
