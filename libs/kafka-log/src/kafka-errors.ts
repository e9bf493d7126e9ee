import { PlimsollError, type ErrorCode } from '@plimsoll/contracts';

/** Protocol errors that do not pass by themselves; every other failure of Kafka may. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  TOPIC_AUTHORIZATION_FAILED: 'bad-configuration',
  GROUP_AUTHORIZATION_FAILED: 'bad-configuration',
  CLUSTER_AUTHORIZATION_FAILED: 'bad-configuration',
  SASL_AUTHENTICATION_FAILED: 'bad-configuration',
  UNSUPPORTED_SASL_MECHANISM: 'bad-configuration',
  INVALID_TOPIC_EXCEPTION: 'bad-configuration',
  SECURITY_DISABLED: 'bad-configuration',
};

/** What an error of kafkajs or of a broker stands for. */
export function kafkaError(error: unknown, doing: string): PlimsollError {
  if (error instanceof PlimsollError) return error;
  const causes = chainOf(error);
  const own = causes.find((cause) => cause instanceof PlimsollError);
  if (own !== undefined) return new PlimsollError(own.code, `Kafka, ${doing}: ${own.message}`, { cause: error });
  const code = causes.map((cause) => CODES[kindOf(cause)]).find((found) => found !== undefined) ?? 'unavailable';
  const last = causes.at(-1);
  return new PlimsollError(code, `Kafka, ${doing}: ${wordsOf(last)}`, { cause: error });
}

/** The broker's own answer, or what the connection failed at: a client library's words say nothing to a person. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  if (kindOf(error) === 'INVALID_TIMESTAMP') return "this machine's clock is further ahead than the broker allows";
  if (kindOf(error) !== '') return error.message;
  const [code] = /\bE[A-Z]{4,}\b/.exec(error.message) ?? [];
  if (code !== undefined) return `no connection (${code})`;
  if (/certificate has expired/.test(error.message)) return "the broker's certificate has expired";
  if (/certificate|altnames/.test(error.message)) return "the broker's certificate is not trusted";
  if (error.name === 'KafkaJSRequestTimeoutError') return 'no answer in time';
  return error.name.startsWith('KafkaJSConnection') ? 'no connection' : error.message;
}

/** Whether the broker says that this consumer is a member no more. */
export function isLostMembership(error: unknown): boolean {
  return chainOf(error).some((cause) => ['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION'].includes(kindOf(cause)));
}

/** The error, what caused it, and so on; cut off where it would not end. */
function chainOf(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let at = error; at !== undefined && chain.length < 10; at = at instanceof Error ? at.cause : undefined) {
    chain.push(at);
  }
  return chain;
}

function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error.name === 'KafkaJSSASLAuthenticationError') return 'SASL_AUTHENTICATION_FAILED';
  return 'type' in error && typeof error.type === 'string' ? error.type : '';
}
