// On which container instance a task goes: pure. First what fits (cpu, memory, constraints), then the strategies in
// their order (developer guide, "Amazon ECS task placement").
import type { PlacementConstraint, PlacementStrategy } from "@aws-sdk/client-ecs";

export type Room = {
  arn: string;
  zone: string;
  /** What is left. */
  cpu: number;
  memory: number;
  /** How many tasks of the same group are there. */
  sameGroup: number;
};

export type Need = {
  cpu: number;
  memory: number;
  constraints: PlacementConstraint[];
  strategy: PlacementStrategy[];
};

export type Placed =
  | { instanceArn: string }
  | { instanceArn: undefined; why: "none" | "cpu" | "memory" | "constraint"; closest?: string };

export function placeTask(rooms: Room[], need: Need, random: () => number = Math.random): Placed {
  if (rooms.length === 0) return { instanceArn: undefined, why: "none" };
  const distinct = need.constraints.some(({ type }) => type === "distinctInstance");
  const free = rooms.filter(({ sameGroup }) => !distinct || sameGroup === 0);
  if (free.length === 0) return { instanceArn: undefined, why: "constraint", closest: rooms[0]!.arn };
  const withCpu = free.filter(({ cpu }) => cpu >= need.cpu);
  if (withCpu.length === 0) return { instanceArn: undefined, why: "cpu", closest: most(free, "cpu") };
  let fitting = withCpu.filter(({ memory }) => memory >= need.memory);
  if (fitting.length === 0)
    return { instanceArn: undefined, why: "memory", closest: most(withCpu, "memory") };
  for (const strategy of need.strategy) fitting = narrow(fitting, strategy, rooms);
  const at = need.strategy.some(({ type }) => type === "random") ? Math.floor(random() * fitting.length) : 0;
  return { instanceArn: fitting[at]!.arn };
}

function narrow(fitting: Room[], { type, field = "" }: PlacementStrategy, all: Room[]): Room[] {
  if (type === "binpack") {
    const left = field.toLowerCase() === "cpu" ? "cpu" : "memory";
    return lowest(fitting, (room) => room[left]);
  }
  if (type !== "spread") return fitting;
  if (field === "instanceId" || field === "host") return lowest(fitting, ({ sameGroup }) => sameGroup);
  return lowest(fitting, ({ zone }) =>
    all.filter((room) => room.zone === zone).reduce((sum, room) => sum + room.sameGroup, 0),
  );
}

function lowest(rooms: Room[], measure: (room: Room) => number): Room[] {
  const least = Math.min(...rooms.map(measure));
  return rooms.filter((room) => measure(room) === least);
}

function most(rooms: Room[], what: "cpu" | "memory"): string {
  return rooms.reduce((best, room) => (room[what] > best[what] ? room : best)).arn;
}
