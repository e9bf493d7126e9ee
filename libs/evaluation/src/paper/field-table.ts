import { proportion, type Proportion } from '../intervals.js';
import { scoreRequests } from '../request-scoring.js';
import type { View } from './view.js';
import { windowScore, type WindowScore } from './window-table.js';

export const FIELDS = [1, 2, 3, 4, 5, 6] as const;

/** Attacks that alter a number of fields, as one view saw them. */
export interface FieldScore {
  readonly view: string;
  readonly fields: number;
  /** By request: labelled actions of this severity. */
  readonly recall: Proportion;
  /** By window, over the benign episodes and those whose attacks alter this many fields; none where no episode is so. */
  readonly windows: WindowScore | undefined;
}

/** One view by the number of fields that an attack alters. */
export function fieldScores(view: View, seconds: number, prevalences: readonly number[]): FieldScore[] {
  return FIELDS.map((fields) => fieldScore(view, fields, seconds, prevalences));
}

export function fieldScore(view: View, fields: number, seconds: number, prevalences: readonly number[]): FieldScore {
  const scored = view.episodes.flatMap(({ actions, evidence }) => scoreRequests(actions, evidence).actions);
  const own = scored.filter(({ action }) => action.severity === fields);
  const such = view.episodes.filter(
    ({ actions }) => actions.length > 0 && actions.every(({ severity }) => severity === fields),
  );
  const benign = view.episodes.filter(({ actions }) => actions.length === 0);
  return {
    view: view.name,
    fields,
    recall: proportion(own.filter(({ detected }) => detected).length, own.length),
    windows:
      such.length === 0
        ? undefined
        : windowScore({ name: view.name, episodes: [...benign, ...such] }, seconds, prevalences),
  };
}
