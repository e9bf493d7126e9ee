import type { ValueAct, WebParameter, WebRequest } from '@plimsoll/contracts';

import type { SmoothedCounts } from '../scoring/smoothed-counts.js';
import { evidenceOf, logLikelihoodRatio, type WeightedEvidence } from '../scoring/weighted-evidence.js';
import { fieldKind, type FieldKind } from './field-places.js';
import { describe, parameterContexts, type ParameterContexts } from './web-contexts.js';

/**
 * Values that are a path and nothing else, and lead out of where they begin. How seldom a benign value does depends on what
 * its field is for, which its learned values tell: among names of files or pages hardly one leads up, links do now and
 * then, and where people write freely a path may stand alone one day. Set on values of a made application
 * (`libs/evaluation/src/values/archive.fixture.ts`).
 */
const PRIORS: Readonly<Record<string, Readonly<Record<FieldKind, number>>>> = {
  '../': { names: 1e-4, unknown: 1e-4, links: 3e-4, free: 3e-4 },
  '../ …': { names: 3e-5, unknown: 3e-5, links: 1e-4, free: 3e-4 },
  'folder of a system': { names: 5e-4, unknown: 5e-3, links: 5e-3, free: 0.01 },
  'sensitive file': { names: 3e-4, unknown: 1e-3, links: 3e-3, free: 3e-3 },
};
const UNDER_ATTACK = 0.3;
/** What suffices by itself, 14 nats, and no more. In the path of a request at once: clients resolve what leads up before they send it. */
const LEAST = UNDER_ATTACK * Math.exp(-14);
/** Weight of a prior in a field's own values, and of what all fields hold. */
const FIELD_VALUES = 2;
const PRIOR_VALUES = 1000;

/** Names of files held no place before: one of their application's values in 200 fields of names may begin to. */
const PLACE_IN_NAMES = 5e-3;
const LEAST_PLACE = 1e-5;
const FEWEST_NAMES = 20;
/** Two folders, or a file with an ending, from a root; a file of another computer; a user's home. */
const PLACE = /^(?:\/(?:[-a9x._+@]+\/)+[-a9x._+@]*|\/[-a9x_]+\.a9?|\\\\[-a9x._]+\\.*|~a?\/.*)$/;

/** Whether `pathStrength` answers for the act. */
export function isBarePath({ kind, grade, tokens }: ValueAct, { where }: WebParameter): boolean {
  if (kind !== 'traversal' || grade === 3) return false;
  return where === 'path' || tokens === 'folder of a system' || (grade === 2 && Object.hasOwn(PRIORS, tokens));
}

/** Nats that such a path in such a field speaks for an attack. */
export function pathStrength(
  table: SmoothedCounts,
  event: WebRequest,
  parameter: WebParameter,
  { tokens }: ValueAct,
): number {
  const kind = fieldKind(table, event, parameter);
  const inTarget = parameter.where === 'path';
  const prior = inTarget ? LEAST : PRIORS[tokens]![kind];
  const benign = shareOfPaths(table, parameterContexts(event, parameter), prior);
  return logLikelihoodRatio(UNDER_ATTACK, Math.min(Math.max(benign, kind === 'names' ? LEAST : prior), 1));
}

/** Share of paths among the field's benign values. What all fields hold raises it and never lowers it: fields differ widely. */
function shareOfPaths(table: SmoothedCounts, { own, named, any }: ParameterContexts, prior: number): number {
  // A path amid prose, grade 1, speaks for one that stands alone. Every value is counted by how it reads as SQL.
  const share = (context: string, of: number, strength: number): number => {
    const held = table.at('traversal', context);
    return (held.count('1') + held.count('2') + strength * of) / (table.at('sql', context).total + strength);
  };
  const wide = Math.max(share(any, prior, PRIOR_VALUES), prior);
  const middle = Math.max(share(named, wide, FIELD_VALUES), wide);
  return share(own, middle, FIELD_VALUES);
}

/** The part of what its shape says that counts beside a path: a field of names says much of both already, and links take any form. */
export function shapeBesidePath(table: SmoothedCounts, event: WebRequest, parameter: WebParameter): number {
  const kind = fieldKind(table, event, parameter);
  return kind === 'names' || kind === 'unknown' ? 0.5 : 0;
}

/** A place in a field that held names alone: `/srv/app/config.php` for `plan.pdf`. */
export function placeInNames(
  table: SmoothedCounts,
  event: WebRequest,
  parameter: WebParameter,
): WeightedEvidence | undefined {
  if (!PLACE.test(parameter.shape) || fieldKind(table, event, parameter) !== 'names') return undefined;
  const { own } = parameterContexts(event, parameter);
  const held = table.at('holds', own);
  if (held.total < FEWEST_NAMES) return undefined;
  const benign = (held.count('rooted') + FIELD_VALUES * PLACE_IN_NAMES) / (held.total + FIELD_VALUES);
  const weight = logLikelihoodRatio(UNDER_ATTACK, Math.max(benign, LEAST_PLACE));
  const observed = `${describe(parameter)} is a path from a root: ${parameter.shape}`;
  const expected = `${held.count('name')} of ${held.total} learned values of this parameter are names`;
  return {
    path: 'path-traversal',
    weight,
    evidence: evidenceOf(event, 'path-in-parameter', observed, expected, weight),
  };
}
