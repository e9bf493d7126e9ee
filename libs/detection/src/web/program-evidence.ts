import type { WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { pathOf, viewCounts } from './web-contexts.js';

/** Endings of files that a web server may run. */
const PROGRAM = /\.(?:php\d?|phtml|phar|jspx?|aspx?|ashx|cgi|pl|py|cfm|shtml)$/i;
const NEW_PROGRAM_UNDER_ATTACK = 0.8;
const NEW_PROGRAM_PRIOR = 1e-3;
const PRIOR_REQUESTS = 100;
const DATA_FOLDER_NATS = 3;

export function learnPrograms(table: SmoothedCounts, event: WebRequest): void {
  if (event.status < 200 || event.status >= 400) return;
  const path = pathOf(event);
  table.add(`path|${event.view}`, path);
  table.add(`folder|${event.view}|${folderOf(path)}`, PROGRAM.test(path) ? 'program' : 'data');
}

/** A program that was not there in learning and answers now: in a folder of uploads, a web shell's first sign. */
export function programEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  const path = pathOf(event);
  if (event.status !== 200 || !PROGRAM.test(path)) return [];
  const paths = viewCounts(table, 'path', event);
  if (paths.total === 0 || paths.count(path) > 0) return [];
  const folder = viewCounts(table, 'folder', event, folderOf(path));
  const programs = folder.count('program');
  const benign = paths.probabilityOfNew() * folder.probability('program', NEW_PROGRAM_PRIOR, PRIOR_REQUESTS);
  const strength =
    logLikelihoodRatio(NEW_PROGRAM_UNDER_ATTACK, Math.max(benign, 1e-6)) +
    (programs === 0 && folder.total > 0 ? DATA_FOLDER_NATS : 0);
  const expected = `${programs} of ${folder.total} learned requests to ${folderOf(path)} ran a program`;
  return [
    {
      path: 'web-shell',
      weight: strength,
      evidence: evidenceOf(
        event,
        'new-program',
        `${path} answered 200 and was never requested during learning`,
        expected,
        strength,
      ),
    },
  ];
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
