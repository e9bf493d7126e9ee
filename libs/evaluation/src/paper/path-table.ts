import type { AttackPath } from '@plimsoll/contracts';

import { proportion, type Proportion } from '../intervals.js';
import { scoreRequests } from '../request-scoring.js';
import type { View } from './view.js';

/** The attacks of one path, as each view saw them. */
export interface PathScore {
  readonly application: string;
  readonly path: AttackPath;
  readonly recall: Readonly<Record<string, Proportion>>;
  /** Of how many actions each level could say something first, by event time. */
  readonly first: Readonly<Record<string, number>>;
}

/** Path by view; `levels` are the views that compete for who is first. */
export function pathScores(views: readonly View[], levels: readonly string[]): PathScore[] {
  const found = views.map(({ name, episodes }) => ({
    name,
    actions: episodes.flatMap(({ application, actions, evidence }) =>
      scoreRequests(actions, evidence).actions.map((scored) => ({ application, ...scored })),
    ),
  }));
  const all = found[0]?.actions ?? [];
  const keys = [...new Set(all.map(({ application, action }) => `${application} ${action.path}`))].sort();
  return keys.map((key) => {
    const places = all.flatMap(({ application, action }, i) => (`${application} ${action.path}` === key ? [i] : []));
    const { application, action } = all[places[0]!]!;
    const firsts = places.map((i) => firstLevel(found, levels, i));
    return {
      application,
      path: action.path,
      recall: Object.fromEntries(
        found.map(({ name, actions }) => [
          name,
          proportion(places.filter((i) => actions[i]!.detected).length, places.length),
        ]),
      ),
      first: Object.fromEntries(levels.map((level) => [level, firsts.filter((first) => first === level).length])),
    };
  });
}

function firstLevel(
  found: readonly { readonly name: string; readonly actions: readonly { readonly saidUs: number | undefined }[] }[],
  levels: readonly string[],
  i: number,
): string | undefined {
  let [first, firstUs] = [undefined as string | undefined, Infinity];
  for (const { name, actions } of found) {
    const saidUs = actions[i]!.saidUs ?? Infinity;
    if (levels.includes(name) && saidUs < firstUs) [first, firstUs] = [name, saidUs];
  }
  return first;
}
