import { PlimsollError } from '@plimsoll/contracts';

/** Answers that name a wrong configuration: trying again changes nothing. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH|unknown command|DB index))/;

/** Codes of TLS, where the server's certificate does not hold. */
const DISTRUSTED = /CERT|SIGNATURE|ISSUER|ALTNAME/;

/** What an error of the client or of the server stands for. Everything but a wrong configuration may pass by itself. */
export function redisError(error: unknown, doing: string): PlimsollError {
  if (error instanceof PlimsollError) return error;
  const message = error instanceof Error ? error.message : '';
  const code = REFUSED.test(message) ? 'bad-configuration' : 'unavailable';
  return new PlimsollError(code, `Redis, ${doing}: ${wordsOf(error, message)}`, { cause: error });
}

/**
 * The server's own answer, or what the connection failed at: a client library's words say nothing to a person. The
 * server's text after its first line may quote arguments, which are states: only the line's beginning is kept.
 */
function wordsOf(error: unknown, message: string): string {
  if (error instanceof Error && error.name === 'ReplyError') return message.split('\n', 1)[0]!.slice(0, 200);
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return `${connectionWords(error.code)} (${error.code})`;
  return /timed out/i.test(message) ? 'no answer in time' : 'no connection';
}

function connectionWords(code: string): string {
  if (code === 'CERT_HAS_EXPIRED') return "the server's certificate has expired";
  return DISTRUSTED.test(code) ? "the server's certificate is not trusted" : 'no connection';
}
