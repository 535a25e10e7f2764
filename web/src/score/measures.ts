// The width that the page gives, and the time that passes while something is under way.
import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow } from "../server-clock.ts";
import { NARROWEST } from "./layout.ts";

const TICK_MILLISECONDS = 200;

/** Stands still in a tab that nobody sees. */
export function useNow(moving: boolean): number {
  const [now, setNow] = useState(() => serverNow());
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(() => {
      if (!document.hidden) setNow(serverNow());
    }, TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [moving]);
  return now;
}

export function useWidth(): [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(NARROWEST);
  const watcher = useRef<ResizeObserver | null>(null);
  const watch = useRef((element: HTMLElement | null) => {
    watcher.current?.disconnect();
    if (!element) return;
    watcher.current = new ResizeObserver(([entry]) =>
      setWidth(Math.max(NARROWEST, Math.floor(entry!.contentRect.width))),
    );
    watcher.current.observe(element);
  });
  return [watch.current, width];
}
