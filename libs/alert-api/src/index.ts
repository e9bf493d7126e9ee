export { alertConsumers, type AlertConsumerParts } from './alert-consumers.js';
export { AlertServiceModule } from './alert-service.module.js';
export { AccessTokens, newToken, ROLES, type Role } from './api/access-tokens.js';
export { API_CONTROLLERS, AlertApiModule, type AlertApiOptions } from './api/alert-api.module.js';
export { openApiDocument } from './api/openapi.js';
export { serveConsole } from './console/serve-console.js';
export { PipelineWatch } from './pipeline-watch.js';
export type { WebhookOutcome } from './webhooks/webhook-dispatcher.js';
export { parseWebhooks, type WebhookTarget } from './webhooks/webhook-target.js';
