import { cells, fixed, interval } from './markdown-cells.js';
import type { RequestScore } from './request-table.js';

/** The tables by request: a row for each application and view, then one view by kind of attack. */
export function requestMarkdown(scores: readonly RequestScore[], byKind = 'incidents'): string[] {
  return [
    '## By request',
    '',
    'A labelled request is detected when an incident names an event inside its interval (50 ms of slack), or a window of calls that ends within a second of it. Every other event or window is false, but for the echo of an attack, from 0.3 s before to 1 s after, which counts neither way; a time on a whole second stands for all of that second. Coincidence is the recall with every label 7 s later; always alert is an incident for each request.',
    '',
    '| application | view | detected | recall | precision | F1 | path named | false events | false incidents | false incidents an hour | coincidence |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...scores.map(rowOf),
    '',
    '| application | path | kind | detected | recall | path named |',
    '|---|---|---|---:|---:|---:|',
    ...scores.filter(({ view }) => view === byKind).flatMap(kindRows),
    '',
  ];
}

function rowOf(score: RequestScore): string {
  return cells([
    score.application,
    score.view,
    `${score.recall.hits}/${score.recall.of}`,
    interval(score.recall),
    interval(score.precision),
    `${fixed(score.f1)} [${fixed(score.f1Low)}, ${fixed(score.f1High)}]`,
    interval(score.named),
    String(score.falseEvents),
    String(score.falseIncidents),
    score.falseIncidentsPerHour.toFixed(1),
    fixed(score.coincidence.share),
  ]);
}

function kindRows({ application, kinds }: RequestScore): string[] {
  return kinds.map(({ path, kind, recall, named }) =>
    cells([application, path, kind, `${recall.hits}/${recall.of}`, interval(recall), interval(named)]),
  );
}
