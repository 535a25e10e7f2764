// Ids of proofs that were used, for as long as they could be used again: of this process, and so many at most. Past that the
// oldest are forgotten, since memory that grows with what strangers send is worse than a call that is heard twice.
const MOST_IDS = 100_000;

export function onceOnly() {
  const until = new Map();
  return (id, untilSeconds, seconds) => {
    for (const [old, end] of until) {
      if (end > seconds && until.size < MOST_IDS) break;
      until.delete(old);
    }
    if (until.has(id)) return false;
    until.set(id, untilSeconds);
    return true;
  };
}
