import type { LogEvent } from '@plimsoll/contracts';

import type { HttpExchange } from '../http/http-exchange.js';
import { ActivityEvents } from '../activity/activity-events.js';
import type { SourceContext } from '../source.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import type { Observed } from '../wire/wire-observer.js';
import { StatementOwners } from './statement-owners.js';
import { sqlOutline } from './sql/sql-template.js';
import { statementText, toSqlStatement } from './sql/sql-statement-event.js';
import { webMemory } from './web/web-memory.js';
import { toWebRequest, type WebMemory } from './web/web-request-event.js';

const WRITING = /^(?:insert|update|delete|replace|merge|create|drop|alter|truncate|grant|revoke)$/;

/**
 * Turns the exchanges of one trace into events, in the order in which they became final. A statement that the traced
 * program sent as a client goes with the requests that it may be for (`StatementOwners`). Statements of a program that
 * serves no requests, and those that a database was asked, are events of their own. What programs did is told with the
 * request that they did it for (`ActivityEvents`).
 *
 * State: what `WebMemory`, `StatementOwners` and `ActivityEvents` hold.
 */
export class ExchangeEvents {
  readonly #context: SourceContext;
  readonly #memory: WebMemory;
  readonly #owners = new StatementOwners();
  readonly #activities: ActivityEvents;
  #servesRequests = false;

  /** `digestKey` makes digests meaningless to whoever lacks it; it stays on the host. */
  constructor(context: SourceContext, digestKey: string | Uint8Array) {
    this.#context = context;
    this.#memory = webMemory(digestKey);
    this.#activities = new ActivityEvents(context);
  }

  push(observed: Observed): LogEvent[] {
    switch (observed.type) {
      case 'sql':
        return this.#statement(observed);
      case 'http':
        return observed.side === 'server' ? this.#request(observed) : [];
      case 'activity':
        return this.#activities.act(observed);
      case 'watched':
        return this.#activities.watched(observed.timeUs);
      case 'ended':
        return this.#activities.end();
    }
  }

  #request(exchange: HttpExchange): LogEvent[] {
    this.#servesRequests = true;
    const request = toWebRequest(exchange, this.#context, this.#memory, this.#owners.of(exchange));
    return [request, ...this.#activities.served(exchange, request)];
  }

  #statement(exchange: SqlExchange): LogEvent[] {
    if (exchange.side === 'server') return [toSqlStatement(exchange, this.#context)];
    this.#wait(exchange);
    return this.#servesRequests ? [] : [toSqlStatement(exchange, this.#context)];
  }

  #wait(exchange: SqlExchange): void {
    const text = statementText(exchange);
    // Prepared before the trace began: nothing is known of it but that something was asked.
    if (text === '' && exchange.prepared) return;
    const { outline, verb, columnsWritten } = sqlOutline(text, exchange.protocol, exchange.complete);
    this.#owners.add(exchange, {
      text,
      dialect: exchange.protocol,
      outline,
      writes: WRITING.test(verb),
      columnsWritten,
      failed: exchange.response?.kind === 'error',
    });
  }
}
