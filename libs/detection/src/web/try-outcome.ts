import { triesCredential, type CredentialTry, type WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { addByAction, countsOf } from './web-contexts.js';

export type Outcome = 'failed' | 'passed';
/** What is seen of how a try ended. */
type Ending = Pick<WebRequest, 'status' | 'leadsBack'>;

/** Fewest learned tries that show what getting in looks like. */
const FEWEST_TRIES = 5;

/** How the request tries a credential: as its source says, or as the request shows. */
export function tryKind(event: WebRequest): CredentialTry | undefined {
  return event.tried?.kind ?? triesCredential(event);
}

/** Counts how a try ended. */
export function learnEnding(table: SmoothedCounts, event: WebRequest): void {
  addByAction(table, 'tried', event, endOf(event));
}

/**
 * A refusal is a failure, of what is presented along with a request 401 and 403 alone. So is a page where getting in, as
 * learned, leads on, or a redirect back to the form: it is shown again. Undefined where nothing tells: no answer, the
 * server's own failure, or a status that is the same either way. `ending` is of the event, or of an earlier try there.
 */
export function outcomeOf(
  table: SmoothedCounts,
  event: WebRequest,
  kind: CredentialTry,
  ending: Ending = event,
): Outcome | undefined {
  const { status } = ending;
  if (status === 0 || status >= 500) return undefined;
  if (kind === 'presented') return status === 401 || status === 403 ? 'failed' : 'passed';
  if (status >= 400) return 'failed';
  const tried = countsOf(table, 'tried', event);
  const onwards = tried.values.reduce((sum, [end, count]) => sum + (leadsOn(end) ? count : 0), 0);
  const known = tried.total >= FEWEST_TRIES && onwards * 2 > tried.total;
  return known && !leadsOn(endOf(ending)) ? 'failed' : 'passed';
}

/** How a try ended, as it is learned: the status, and whether a redirect leads back. */
function endOf({ status, leadsBack }: Ending): string {
  return leadsBack === true ? `${status} back` : String(status);
}

function leadsOn(end: string): boolean {
  const status = Number(end);
  return status >= 300 && status < 400;
}
