// The width that the page gives, the time that passes while something is under way, and the colours that a canvas has to be
// painted anew for.
import { useEffect, useRef, useState } from "preact/hooks";
import { serverNow } from "../server-clock.ts";
import { NARROWEST } from "./layout.ts";

const TICK_MILLISECONDS = 200;
const DARK = matchMedia("(prefers-color-scheme: dark)");

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

/** 0 until it is known: what is drawn for a width is drawn once, and not for a wrong one first. */
export function useWidth(): [(element: HTMLElement | null) => void, number] {
  const [width, setWidth] = useState(0);
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

/** Whether the reader has it dark now. */
export function useDark(): boolean {
  const [dark, setDark] = useState(() => DARK.matches);
  useEffect(() => {
    const look = () => setDark(DARK.matches);
    DARK.addEventListener("change", look);
    return () => DARK.removeEventListener("change", look);
  }, []);
  return dark;
}
