// A Task: one call of a service, and with `.waitForTaskToken` the wait for its token, which outlives this process.
import { callIntegration, type Integration, integrationOf } from "../integrations.ts";
import type { TokenAnswer } from "../journal.ts";
import type { State } from "../language/definition.ts";
import { boundedJson, StateError } from "../language/errors.ts";
import { evaluate, evaluateNumber } from "../language/expressions.ts";
import type { Position } from "../replay.ts";
import { bindingsOf, emit, executionData, type Frame, type Run, type Visit } from "../run.ts";
import { limited } from "../timers.ts";

type Limits = { timeoutSeconds: number | undefined; heartbeatSeconds: number | undefined };
type Task = { run: Run; frame: Frame; state: State; visit: Visit; integration: Integration; limits: Limits };

export async function playTask(run: Run, frame: Frame, state: State, visit: Visit): Promise<unknown> {
  const integration = integrationOf(state.Resource ?? "");
  if (!integration)
    throw new StateError("States.Runtime", `${state.Resource} is not implemented in this sandbox`);
  const held = visit.resumed?.token;
  if (integration.waitsForToken && !held)
    visit.resumed = withToken(visit, run.tokens.issue(run.executionArn));
  const limits = await limitsOf(run, frame, state, visit);
  const task: Task = { run, frame, state, visit, integration, limits };
  try {
    const result = await (integration.waitsForToken ? waitForToken(task) : callOnce(task));
    const json = boundedJson(result, `result of the task '${visit.name}'`);
    tell(task, "Succeeded", executionData(json, "output"));
    return result;
  } catch (error) {
    if (!frame.signal.aborted && error instanceof StateError && error.location === undefined)
      tellFailure(task, error);
    throw error;
  }
}

const withToken = (visit: Visit, token: string): Position => ({
  state: visit.name,
  input: visit.input,
  entry: visit.entry,
  enteredAtMs: visit.enteredAtMs,
  token: { token, submitted: false },
});

async function limitsOf(run: Run, frame: Frame, state: State, visit: Visit): Promise<Limits> {
  const bindings = bindingsOf(run, frame, visit);
  const read = async (field: "TimeoutSeconds" | "HeartbeatSeconds") =>
    state[field] === undefined ? undefined : await evaluateNumber(state[field], bindings, field, 1);
  return { timeoutSeconds: await read("TimeoutSeconds"), heartbeatSeconds: await read("HeartbeatSeconds") };
}

async function argumentsOf({ run, frame, state, visit }: Task): Promise<unknown> {
  if (state.Arguments === undefined) return visit.input;
  return evaluate(state.Arguments, bindingsOf(run, frame, visit), "Arguments");
}

/** An ordinary call: its time-out is real time, the call itself is not stretched or shrunk by the time scale. */
async function callOnce(task: Task): Promise<unknown> {
  const { run, frame, limits } = task;
  const call = await schedule(task);
  const ms = limits.timeoutSeconds === undefined ? undefined : limits.timeoutSeconds * 1000;
  return limited(call(), frame.signal, run.timers, ms, timedOut);
}

function timedOut(): never {
  throw new StateError("States.Timeout", "");
}

/** The call is in the journal before it is made. */
async function schedule(task: Task): Promise<() => Promise<unknown>> {
  const { run, integration, limits } = task;
  const args = await argumentsOf(task);
  const json = boundedJson(args, `input of the task '${task.visit.name}'`);
  const { timeoutSeconds: timeoutInSeconds, heartbeatSeconds: heartbeatInSeconds } = limits;
  const limitsTold = {
    ...(timeoutInSeconds === undefined ? {} : { timeoutInSeconds }),
    ...(heartbeatInSeconds === undefined ? {} : { heartbeatInSeconds }),
  };
  const region = run.platform.region;
  const plain = { resource: task.state.Resource, ...executionData(json, "input"), ...limitsTold };
  tell(task, "Scheduled", integration.isPlainFunction ? plain : { region, parameters: json, ...limitsTold });
  tell(task, "Started", {});
  run.journal.flush();
  return () => callIntegration(run.platform, integration, args, run.roleArn);
}

/** Ends with the token, whenever it comes; a call that had been made before a restart is not made again. */
async function waitForToken(task: Task): Promise<unknown> {
  const { run, frame, visit, limits } = task;
  const held = visit.resumed?.token as NonNullable<Position["token"]>;
  if (held.answer) return taken(held.answer);
  const deadlineAtMs = held.deadlineAtMs ?? later(run, limits.timeoutSeconds);
  const note = (submitted: boolean) => {
    const deadline = deadlineAtMs === undefined ? {} : { deadlineAtMs };
    run.journal.append({ kind: "token", path: frame.path, token: held.token, submitted, ...deadline });
    run.journal.flush();
  };
  const answered = listen(task, held.token);
  try {
    const submitted = held.submitted ? Promise.resolve() : submit(task, note, answered.isOpen);
    const ended = Promise.race([answered.promise, submitted.then(() => answered.promise)]);
    const ms = deadlineAtMs === undefined ? undefined : Math.max(0, deadlineAtMs - run.timers.now());
    return taken(await limited(ended, frame.signal, run.timers, ms, timedOut));
  } finally {
    answered.close();
  }
}

async function submit(task: Task, note: (submitted: boolean) => void, isOpen: () => boolean): Promise<void> {
  const call = await schedule(task);
  note(false);
  const output = await call();
  if (!isOpen()) return;
  note(true);
  tell(task, "Submitted", executionData(JSON.stringify(output), "output"));
}

const later = (run: Run, seconds: number | undefined) =>
  seconds === undefined ? undefined : run.timers.now() + (seconds * 1000) / run.platform.timeScale;

function taken(answer: TokenAnswer): unknown {
  if ("error" in answer) throw new StateError(answer.error, answer.cause);
  return JSON.parse(answer.output);
}

/** Registers the token; a heartbeat that does not come rejects. */
function listen({ run, frame, limits }: Task, token: string) {
  let resolve: (answer: TokenAnswer) => void = () => {};
  let reject: (error: StateError) => void = () => {};
  const promise = new Promise<TokenAnswer>((onAnswer, onError) => {
    resolve = onAnswer;
    reject = onError;
  });
  promise.catch(() => {});
  let cancel = () => {};
  const beat = () => {
    cancel();
    if (limits.heartbeatSeconds === undefined) return;
    const ms = (limits.heartbeatSeconds * 1000) / run.platform.timeScale;
    cancel = run.timers.after(ms, () => reject(new StateError("States.HeartbeatTimeout", "")));
  };
  beat();
  run.tokens.open(token, {
    beat,
    answer(answer) {
      run.journal.append({ kind: "answer", path: frame.path, token, answer });
      run.journal.flush();
      resolve(answer);
    },
  });
  let open = true;
  const close = () => {
    open = false;
    cancel();
    run.tokens.close(token);
  };
  return { promise, close, isOpen: () => open };
}

type Told = "Scheduled" | "Started" | "Submitted" | "Succeeded" | "Failed" | "TimedOut";

/** History names a function that is called directly in its own words. */
function tell({ run, frame, integration }: Task, what: Told, details: Record<string, unknown>): void {
  if (integration.isPlainFunction) {
    const type = `LambdaFunction${what}`;
    emit(run, frame, type, what === "Started" ? {} : { [`lambdaFunction${what}EventDetails`]: details });
    return;
  }
  const { resource, resourceType } = integration;
  emit(run, frame, `Task${what}`, { [`task${what}EventDetails`]: { resource, resourceType, ...details } });
}

function tellFailure(task: Task, { error, message: cause }: StateError): void {
  const isTimeout = error === "States.Timeout" || error === "States.HeartbeatTimeout";
  tell(task, isTimeout ? "TimedOut" : "Failed", { error, cause });
}
