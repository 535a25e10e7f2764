// A table that a narrow page scrolls sideways: names of the columns, and the rows as they are given.
import type { ComponentChildren } from "preact";

export function Table({
  columns,
  name,
  children,
}: {
  columns: string[];
  name?: string;
  children: ComponentChildren;
}) {
  return (
    <div class="scroll">
      <table class={name}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
