import { PlimsollError } from '@plimsoll/contracts';

/** Answers that name a wrong configuration: trying again changes nothing. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR (invalid password|AUTH|unknown command|DB index))/;

/** What an error of the client or of the server stands for. Everything but a wrong configuration may pass by itself. */
export function redisError(error: unknown, doing: string): PlimsollError {
  if (error instanceof PlimsollError) return error;
  const message = error instanceof Error ? error.message : 'unknown failure';
  const code = REFUSED.test(message) ? 'bad-configuration' : 'unavailable';
  // The server's text after its first line may quote arguments, which are states: only the line's beginning is kept.
  return new PlimsollError(code, `Redis, ${doing}: ${message.split('\n', 1)[0]?.slice(0, 200) ?? ''}`, {
    cause: error,
  });
}
