// Every route of the API in one list. The router, the OpenAPI document and the client's types are all read off it.

import { deleteApp, getApp, listApps, putApp } from "./routes/apps.ts";
import { createArtifact } from "./routes/artifacts.ts";
import { listAudit } from "./routes/audit.ts";
import { deleteBadHost, listBadHosts, putBadHost } from "./routes/bad-hosts.ts";
import { getChanges } from "./routes/changes.ts";
import { listDeadLetters, replayDeadLetter } from "./routes/dead-letters.ts";
import {
  actOnDeployment,
  createDeployment,
  getDeployment,
  listDeployments,
  rollBack,
} from "./routes/deployments.ts";
import { diagnoseEnvironment } from "./routes/doctor.ts";
import { listEnvironments, putEnvironment } from "./routes/environments.ts";
import { listEvents } from "./routes/events.ts";
import { healTarget, listHealingRuns } from "./routes/healing-runs.ts";
import { healthz } from "./routes/health.ts";
import { callHook, createHookSecret } from "./routes/hooks.ts";
import { createImageBuild, getImageBuild } from "./routes/image-builds.ts";
import { getInsights } from "./routes/insights.ts";
import { getMe } from "./routes/me.ts";
import { listNotifications } from "./routes/notifications.ts";
import { deleteOidcIssuer, listOidcIssuers, putOidcIssuer } from "./routes/oidc-issuers.ts";
import { createRelease, listReleases } from "./routes/releases.ts";
import { restartTarget, scaleTarget } from "./routes/scale.ts";
import { getService, listServices } from "./routes/services.ts";
import { getHistory, getTarget, listTargets } from "./routes/targets.ts";
import { createToken, listTokens, revokeToken } from "./routes/tokens.ts";
import { abortTrainRoute, createTrain, getTrain, listTrains } from "./routes/trains.ts";

export const ROUTES = [
  healthz,
  getMe,
  getChanges,
  listEnvironments,
  putEnvironment,
  diagnoseEnvironment,
  listBadHosts,
  putBadHost,
  deleteBadHost,
  listApps,
  putApp,
  getApp,
  deleteApp,
  createArtifact,
  createImageBuild,
  getImageBuild,
  createRelease,
  listReleases,
  createHookSecret,
  callHook,
  createDeployment,
  rollBack,
  listDeployments,
  getDeployment,
  listEvents,
  createTrain,
  listTrains,
  getTrain,
  abortTrainRoute,
  actOnDeployment,
  listTargets,
  getTarget,
  getHistory,
  scaleTarget,
  restartTarget,
  healTarget,
  listHealingRuns,
  listServices,
  getService,
  getInsights,
  listAudit,
  listDeadLetters,
  replayDeadLetter,
  createToken,
  listTokens,
  revokeToken,
  putOidcIssuer,
  listOidcIssuers,
  deleteOidcIssuer,
  listNotifications,
] as const;

export type ApiRoute = (typeof ROUTES)[number];
