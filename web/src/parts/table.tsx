// A table of rows as they are given. On a narrow page each row is a card of its own, in which every cell is named after its
// column; where it is wide enough for a table and the table is wider, it scrolls sideways.
import { type ComponentChildren, cloneElement, isValidElement, toChildArray, type VNode } from "preact";
import "./table.css";

type TableProps = {
  /** What the table holds, for who cannot see it. */
  of: string;
  columns: string[];
  /** `tr` with as many `td` as there are columns. */
  children: ComponentChildren;
};

type Parent = VNode<{ children?: ComponentChildren }>;

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
        <tbody>{toChildArray(children).map((row) => withNames(row, columns))}</tbody>
      </table>
    </section>
  );
}

function withNames(row: ComponentChildren, columns: string[]): ComponentChildren {
  if (!isValidElement(row)) return row;
  const cells = toChildArray((row as Parent).props.children);
  const named = cells.map((cell, i) =>
    isValidElement(cell) ? cloneElement(cell as Parent, { "data-column": columns[i] } as object) : cell,
  );
  return cloneElement(row as Parent, {}, named);
}
