export { startLocalApache, type LocalApache, type LocalApacheOptions } from './local-apache.js';
export { startLocalKafka, type LocalKafka } from './local-kafka.js';
export { startLocalMariadb, type LocalMariadb } from './local-mariadb.js';
export {
  startLocalRedis,
  startLocalRedisCluster,
  type LocalRedis,
  type LocalRedisCluster,
  type LocalRedisOptions,
} from './local-redis.js';
export { freePort } from './free-port.js';
export { hasProgram } from './programs.js';
export { TcpProxy } from './tcp-proxy.js';
export { ServerProcess } from './server-process.js';
export { findServers, type Servers } from './servers.js';
