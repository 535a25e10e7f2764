// A field that narrows a list while one types. `/` leads into it from anywhere on the page, Escape empties it.
import type { Signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export function FilterBox({ text, of }: { text: Signal<string>; of: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <input
      ref={field}
      type="search"
      aria-label={`Filter ${of}`}
      aria-keyshortcuts="/"
      placeholder={`Filter ${of}  ( / )`}
      value={text.value}
      onInput={(event) => {
        text.value = event.currentTarget.value;
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") text.value = "";
      }}
    />
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, dialog") !== null;
}
