// A table that a narrow page scrolls sideways: names of the columns, and the rows as they are given.
import type { ComponentChildren } from "preact";
import "./table.css";

type TableProps = {
  /** What the table holds, for who cannot see it. */
  of: string;
  columns: string[];
  children: ComponentChildren;
};

export function Table({ of, columns, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="scroll" aria-label={of} tabIndex={0}>
      <table>
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
    </section>
  );
}
