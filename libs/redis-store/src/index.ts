export { inspectRedis, redisFacts, type RedisFacts } from './redis-inspection.js';
export { RedisConnection } from './redis-connection.js';
export { parseRedisUrl, type RedisOptions, type RedisTls } from './redis-options.js';
export { RedisProfileStore } from './redis-profile-store.js';
export { redisScript, type RedisScript } from './redis-script.js';
export { RedisStateStore } from './redis-state-store.js';
export { RedisIncidentStore } from './incident-store.js';
export { RedisLearningStore } from './redis-learning-store.js';
export { RedisWatchStore } from './redis-watch-store.js';
