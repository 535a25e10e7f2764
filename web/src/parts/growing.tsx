// A long list that is drawn as far as somebody has scrolled: what comes next is added when its end comes into sight, or by
// the button that stands there. A thousand rows at once would hold the page up.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

const AT_ONCE = 60;

/** How many of `total` are drawn, and what stands behind them. `atLeast`: one further down that must be there. */
export function useGrowing(total: number, atLeast = 0) {
  const reached = useSignal(AT_ONCE);
  const end = useRef<HTMLDivElement>(null);
  const shown = Math.min(total, Math.max(reached.value, atLeast));
  const grow = () => {
    reached.value = shown + AT_ONCE;
  };
  useEffect(() => {
    if (!end.current) return;
    const watcher = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) grow();
    });
    watcher.observe(end.current);
    return () => watcher.disconnect();
  }, [shown, total]);
  const rest = shown < total && (
    <div class="more" ref={end}>
      <button type="button" onClick={grow}>
        Show more ({total - shown})
      </button>
    </div>
  );
  return { shown, rest };
}
