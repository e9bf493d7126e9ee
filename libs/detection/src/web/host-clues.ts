import type { WebRequest } from '@plimsoll/contracts';

import type { ChanceTable } from '../chance/chance-table.js';
import { nats, type Clue } from '../chance/clue.js';
import { isUnsafe, seen } from './web-state.js';

/**
 * Whether the application was ever asked under this host. Where Origin and Referer say 'the same host', they are compared
 * with what the request itself calls its host: a page that makes its own name lead here (DNS rebinding) is always the
 * same. What learning never saw asked for is not known to be the application's.
 */
const FORGED = 0.5;
const FEWEST = 50;

export function learnHost(table: ChanceTable, { view, host }: WebRequest): void {
  if (host !== undefined) table.add(`host|${view}`, host);
}

export function hostClues(table: ChanceTable, event: WebRequest): Clue[] {
  const context = `host|${event.view}`;
  const learned = table.total(context);
  if (event.host === undefined || learned < FEWEST || table.count(context, event.host) > 0) return [];
  const says = event.origin === 'same' || event.referer === 'same';
  if (!says || !isUnsafe(event.method)) return [];
  const strength = nats(FORGED, table.chanceOfNew(context));
  const hosts = table.distinct(context);
  return [
    {
      path: 'csrf',
      nats: strength,
      evidence: seen(
        event,
        'unknown-host',
        `the application was asked under a host that it never had, by a page of that host`,
        `${learned} learned requests asked for ${hosts} host${hosts === 1 ? '' : 's'}`,
        strength,
      ),
    },
  ];
}
