import type { UploadedFile, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { addByAction, countsOf, endpointOf } from './web-contexts.js';

/**
 * Files that a request brings, by name and content: a program, or a picture that holds one, is what a web shell is
 * uploaded as. Where an application is there to take programs, learning says so.
 */
const UNDER_ATTACK: Readonly<Record<string, number>> = {
  'program program': 0.6,
  'other program': 0.25,
  'program other': 0.15,
};
const PRIOR: Readonly<Record<string, number>> = {
  'program program': 1e-5,
  'other program': 1e-5,
  'program other': 2e-4,
};
/** Weight of the prior, in files. */
const PRIOR_FILES = 100;

/** A file that holds a program is asked for: what follows the upload of a web shell. */
const ASKED_UNDER_ATTACK = 0.8;
const ASKED_PRIOR = 1e-5;
const PRIOR_ASKED = 500;

export function learnUploads(table: SmoothedCounts, event: WebRequest): void {
  addByAction(table, 'asks upload', event, event.asksUpload === undefined ? 'no' : 'yes');
  for (const file of event.files ?? []) addByAction(table, 'file', event, kindOf(file));
}

export function uploadEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  if (event.files === undefined) return [];
  const learned = countsOf(table, 'file', event);
  const observations = event.files.flatMap((file): WeightedEvidence[] => {
    const kind = kindOf(file);
    const [attack, prior] = [UNDER_ATTACK[kind], PRIOR[kind]];
    if (attack === undefined || prior === undefined) return [];
    const strength = logLikelihoodRatio(attack, learned.probability(kind, prior, PRIOR_FILES));
    const observed = `the file in ${JSON.stringify(file.parameter)} is ${file.named === 'program' ? 'named as a program' : 'no program by its name'} and ${file.holds === 'program' ? 'holds one' : 'holds none that was seen'}`;
    const expected = `${learned.count(kind)} of ${learned.total} learned files of ${endpointOf(event)}`;
    return [
      {
        path: 'web-shell',
        weight: strength,
        evidence: evidenceOf(event, 'program-uploaded', observed, expected, strength),
      },
    ];
  });
  return observations.sort((a, b) => b.weight - a.weight).slice(0, 1);
}

/** The request asks for such a file, whatever it says to it. */
export function askedUploadEvidence(table: SmoothedCounts, event: WebRequest): WeightedEvidence[] {
  if (event.asksUpload === undefined) return [];
  const learned = countsOf(table, 'asks upload', event);
  const strength = logLikelihoodRatio(ASKED_UNDER_ATTACK, learned.probability('yes', ASKED_PRIOR, PRIOR_ASKED));
  const observed = `asks for the file that ${event.asksUpload.event} uploaded, which holds a program`;
  const expected = `${learned.count('yes')} of ${learned.total} learned requests asked for such a file`;
  return [
    { path: 'web-shell', weight: strength, evidence: evidenceOf(event, 'upload-asked', observed, expected, strength) },
  ];
}

function kindOf({ named, holds }: UploadedFile): string {
  return `${named} ${holds}`;
}
