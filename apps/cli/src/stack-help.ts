/** How the command's help names what `kafkaLog` and `redisStores` read. */
export const STACK_HELP = `
The stack is found by the environment, as the services find it: KAFKA_BROKERS (with KAFKA_TLS, KAFKA_SASL_*) and
REDIS_URL (with REDIS_USERNAME, REDIS_PASSWORD, REDIS_TLS); each may be given by a file, NAME_FILE=path.
Beside docker compose: KAFKA_BROKERS=localhost:9094`;
