// Plays the days of its seeds and answers what they were, without their diaries.
import { parentPort, workerData } from "node:worker_threads";
import { playDay } from "./day.ts";

const days = [];
for (const seed of (workerData as { seeds: number[] }).seeds) {
  const { diary: _long, ...day } = await playDay(seed);
  days.push(day);
}
parentPort!.postMessage(days);
