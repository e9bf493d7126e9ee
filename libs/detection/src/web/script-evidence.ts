import type { ScriptFragment, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { pathCounts, pathOf, pathWithoutSlash, viewCounts } from './web-contexts.js';
import type { Delivery } from './web-state.js';

/** Which scripts pages serve: those of learning, or one that a parameter brought, or that was never on this page. */

/** Benign probability that a response serves, live, a script that a parameter brought: a field meant for markup. */
const CARRIED_PRIOR = 1e-5;
const MOST_NOVEL_NATS = 5;
/** Probability that a page seen in part alone is served while a parameter's script is about: nearly none before the first attack. */
const AT_LARGE_PRIOR = 0.002;
const MOST_AT_LARGE_NATS = 4;

export function learnScripts(table: SmoothedCounts, event: WebRequest): void {
  for (const { digest, from } of event.scripts) {
    table.add(`script|${event.view}|${pathOf(event)}`, digest);
    if (from !== undefined) table.add(`carried|${event.view}`, 'yes');
  }
  if (event.view === 'exchange' && (event.contentType ?? '').includes('html')) {
    table.add(`pages|${event.view}|${pathOf(event)}`, 'seen');
    table.add(`carried|${event.view}`, 'page');
    table.add(`at large|${event.view}`, event.scriptAtLarge === true ? 'yes' : 'no');
  }
}

/** The script of a response that least belongs to its page, or undefined where all of them do. */
export function deliveryOf(table: SmoothedCounts, event: WebRequest): Delivery | undefined {
  let strangest: Delivery | undefined;
  for (const script of event.scripts) {
    if (pathCounts(table, 'script', event).count(script.digest) > 0) continue;
    const strength = noveltyOf(table, event, script);
    if (strangest === undefined || strength > strangest.nats) {
      strangest = {
        event: event.id,
        timeUs: event.timeUs,
        path: pathOf(event),
        ...pageOf(event),
        nats: strength,
        ...(script.from === undefined ? {} : { parameter: script.from.parameter, planted: script.from.event }),
        ...(script.from?.unread === true ? { unread: true } : {}),
      };
    }
  }
  if (strangest !== undefined || event.scriptAtLarge !== true) return strangest;
  const strength = logLikelihoodRatio(
    0.5,
    viewCounts(table, 'at large', event).probability('yes', AT_LARGE_PRIOR, 100),
  );
  return { event: event.id, timeUs: event.timeUs, path: pathOf(event), nats: Math.min(strength, MOST_AT_LARGE_NATS) };
}

/** What a page asks for by itself, it shows: a script that came as data runs there. */
function pageOf({ contentType, refererPath }: WebRequest): Pick<Delivery, 'page'> {
  return refererPath === undefined || (contentType ?? '').includes('html')
    ? {}
    : { page: pathWithoutSlash(refererPath) };
}

function noveltyOf(table: SmoothedCounts, event: WebRequest, script: ScriptFragment): number {
  if (script.from !== undefined)
    return logLikelihoodRatio(0.9, viewCounts(table, 'carried', event).probability('yes', CARRIED_PRIOR, 500));
  const page = pathCounts(table, 'script', event);
  const rendered = pathCounts(table, 'pages', event).total;
  if (rendered === 0) return 1;
  // Of pages without a script, each rendering could have shown one.
  const benign = page.total === 0 ? 1 / (rendered + 2) : page.probabilityOfNew();
  return Math.min(logLikelihoodRatio(0.9, benign), MOST_NOVEL_NATS);
}

/** The response serves what this very request sent, as a script. */
export function reflectedScriptEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  const own = event.scripts.find(({ from }) => from?.event === event.id);
  if (own?.from === undefined) return [];
  const strength = logLikelihoodRatio(0.9, viewCounts(table, 'carried', event).probability('yes', CARRIED_PRIOR, 500));
  const observed = `the response serves the parameter ${JSON.stringify(own.from.parameter)} as a script (${own.kind})`;
  return [
    {
      path: 'xss',
      weight: strength,
      evidence: evidenceOf(event, 'script-reflected', observed, 'values are served escaped', strength),
    },
  ];
}
