// What the API shows, by name, for those who hold it in hand.
export type { AppView } from "#functions/api/schemas/app.ts";
export type { AuditView } from "#functions/api/schemas/audit.ts";
export type { Action, DeploymentView, EventView } from "#functions/api/schemas/deployment.ts";
export type { DiagnosisView } from "#functions/api/schemas/diagnosis.ts";
export type { EnvironmentView } from "#functions/api/schemas/environment.ts";
export type { HealingRunView } from "#functions/api/schemas/healing-run.ts";
export type { ImageBuildView } from "#functions/api/schemas/image-build.ts";
export type { InsightsView } from "#functions/api/schemas/insights.ts";
export type { PlanView } from "#functions/api/schemas/plan.ts";
export type { ReleaseView } from "#functions/api/schemas/release.ts";
export type { HistoryView, ReplicaView, ServiceView, TargetView } from "#functions/api/schemas/target.ts";
export type { NewTokenView, TokenView } from "#functions/api/schemas/token.ts";
export type { TrainPlanView, TrainView } from "#functions/api/schemas/train.ts";
