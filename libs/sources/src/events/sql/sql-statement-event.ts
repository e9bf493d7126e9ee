import type { SqlStatement } from '@plimsoll/contracts';

import type { Mutable } from '../mutable.js';
import { remembered } from '../../bytes/remembered.js';
import type { SourceContext } from '../../source.js';
import type { SqlExchange, SqlResponse } from '../../sql-wire/sql-exchange.js';
import { isSecretName, looksSecret, releasedText, type PrivacyMode } from '../values/privacy.js';
import { utf8OrLatin1 } from '../values/value-decoding.js';
import { sqlOutline } from './sql-template.js';
import { sqlTokens, type SqlDialect } from './sql-tokens.js';

/** The statement's text: bytes as UTF-8, or latin1 where they are none. */
export function statementText(exchange: SqlExchange): string {
  const { statement } = exchange;
  return utf8OrLatin1(Buffer.from(statement.buffer, statement.byteOffset, statement.byteLength).toString('latin1'));
}

/** One rebuilt statement as an event: structure always, text as far as the privacy mode lets it out. */
export function toSqlStatement(exchange: SqlExchange, context: SourceContext): SqlStatement {
  const text = statementText(exchange);
  const outline = sqlOutline(text, exchange.protocol, exchange.complete);
  const released = releasedStatement(text, exchange.protocol, context.privacy);
  const event: Mutable<SqlStatement> = {
    type: 'sql-statement',
    schema: 1,
    application: context.application,
    workload: context.workload,
    container: context.container,
    id: `${context.stream}#sql/${exchange.connection}/${exchange.ordinal}`.slice(0, 512),
    stream: context.stream,
    key: `${context.container}/${exchange.connection}`.slice(0, 512),
    timeUs: exchange.startUs,
    endUs: exchange.endUs,
    side: exchange.side,
  } as Mutable<SqlStatement>;
  // As in a request's event: fields stand where they always stood, set one by one.
  Object.assign(event, outline);
  event.lengthBytes = exchange.statement.byteLength;
  event.prepared = exchange.prepared;
  if (exchange.user !== undefined) event.user = exchange.user.slice(0, 128);
  if (exchange.database !== undefined) event.database = exchange.database.slice(0, 128);
  event.connection = exchange.connection.slice(0, 256);
  event.ordinal = exchange.ordinal;
  event.thread = exchange.thread;
  if (exchange.response !== undefined) event.response = answerOf(exchange.response);
  if (released !== undefined) event.text = released;
  return event;
}

type Answer = Mutable<NonNullable<SqlStatement['response']>>;

function answerOf({ kind, errorCode, rows, affected, bytes }: SqlResponse): Answer {
  const answer = { kind } as Answer;
  if (errorCode !== undefined) answer.errorCode = String(errorCode).slice(0, 16);
  if (rows !== undefined) answer.rows = rows;
  if (affected !== undefined) answer.affected = affected;
  answer.bytes = bytes;
  return answer;
}

/**
 * The text for a reader. A statement that names a secret's column, or sets an account's password, keeps none of its
 * literals: which of them is the secret cannot be told once an injection has moved the quotes.
 */
const releasedStatement = remembered((text: string, dialect: SqlDialect, privacy: PrivacyMode): string | undefined => {
  if (privacy === 'strict') return undefined;
  const near = text.slice(0, 8192);
  const { tokens } = sqlTokens(near, dialect);
  const guarded = tokens.some(
    (token) =>
      (token.kind === 'word' || token.kind === 'name') && (isSecretName(token.text) || token.text === 'identified'),
  );
  let shown = '';
  let at = 0;
  let broken = false;
  for (const [i, token] of tokens.entries()) {
    shown += near.slice(at, token.start);
    const part = near.slice(token.start, token.end);
    at = token.end;
    const before = tokens[i - 1];
    broken ||= before?.kind === 'string' && token.start === before.end && token.kind === 'word';
    const literal = token.kind === 'string' || token.kind === 'number' || token.kind === 'comment';
    if (guarded && (literal || broken)) shown += token.kind === 'comment' ? token.text : '?';
    else shown += literal && looksSecret(part) ? '?' : part;
  }
  return releasedText(shown, privacy);
});
