import type { WebRequest } from '@plimsoll/contracts';
import type { RecordingAt } from '@plimsoll/local-run';
import type { CollectorMessage } from '@plimsoll/pipelines';

import { evaluateRecordings, type EvaluateOptions } from './evaluate-recordings.js';
import { cells, fixed } from './markdown-cells.js';
import { requestTable, type RequestScore } from './request-table.js';

/** The incidents by request, with one kind of observation taken away from learning and from scoring alike. */
export interface AblationRow {
  readonly without: string;
  readonly score: RequestScore;
}

type Alter = (message: CollectorMessage) => CollectorMessage | undefined;

/** What each mechanism sees, and how a message looks without it. */
export const ABLATIONS: readonly { readonly without: string; readonly alter: Alter }[] = [
  { without: 'nothing', alter: (message) => message },
  { without: 'system calls', alter: (message) => (message.topic === 'syscalls' ? undefined : message) },
  { without: 'access logs', alter: requests((event) => (event.view === 'line' ? undefined : event)) },
  { without: 'statements by themselves', alter: withoutStatements },
  { without: 'statements of a request', alter: requests((event) => ({ ...event, statements: [] })) },
  { without: 'injections other than SQL and markup', alter: requests(withoutActs) },
  {
    without: 'scripts that pages serve',
    alter: requests(({ scriptAtLarge: _, ...event }) => ({ ...event, scripts: [] })),
  },
  {
    without: 'requests that a script names',
    alter: requests(({ namedInScript: _, unreadScript: __, ...event }) => event),
  },
  { without: 'how pages show values', alter: requests(({ shown: _, ...event }) => event) },
  {
    without: 'who in the browser asks',
    alter: requests(({ fetchMode: _, fetchDest: __, fetchUser: ___, ...event }) => event),
  },
  { without: 'which other site asks', alter: requests(({ foreignSite: _, ...event }) => event) },
  {
    without: 'Origin, Referer and Sec-Fetch-Site',
    alter: requests(({ origin: _, referer: __, refererPath: ___, fetchSite: ____, ...event }) => event),
  },
  { without: 'actions that parameters choose', alter: requests(({ route: _, ...event }) => event) },
  { without: 'files', alter: requests(({ files: _, ...event }) => event) },
];

/** Evaluates every application once for each kind of observation. Each costs a whole evaluation. */
export async function ablationStudy(
  recordings: readonly RecordingAt[],
  options: EvaluateOptions,
  onStep: (done: number, of: number, what: string) => void = () => undefined,
): Promise<AblationRow[]> {
  const rows: AblationRow[] = [];
  for (const [i, { without, alter }] of ABLATIONS.entries()) {
    onStep(i, ABLATIONS.length, `without ${without}`);
    const { outcomes } = await evaluateRecordings(recordings, { ...options, alter });
    const scores = requestTable(outcomes).filter(({ view }) => view === 'incidents');
    rows.push(...scores.map((score) => ({ without, score })));
  }
  return rows;
}

export function ablationMarkdown(rows: readonly AblationRow[]): string[] {
  return [
    '## What each observation is worth',
    '',
    'The incidents by request where one kind of observation is taken away, from learning and from scoring alike.',
    '',
    '| application | without | detected | precision | F1 | path named | false events | false incidents |',
    '|---|---|---:|---:|---:|---:|---:|---:|',
    ...[...rows].sort((a, b) => (a.score.application < b.score.application ? -1 : 1)).map(rowOf),
    '',
  ];
}

function rowOf({ without, score }: AblationRow): string {
  return cells([
    score.application,
    without,
    `${score.recall.hits}/${score.recall.of}`,
    fixed(score.precision.share),
    fixed(score.f1),
    fixed(score.named.share),
    String(score.falseEvents),
    String(score.falseIncidents),
  ]);
}

function requests(alter: (event: WebRequest) => WebRequest | undefined): Alter {
  return (message) => {
    if (message.topic !== 'logs' || message.event.type !== 'web-request') return message;
    const event = alter(message.event);
    return event && { ...message, event };
  };
}

function withoutStatements(message: CollectorMessage): CollectorMessage | undefined {
  return message.topic === 'logs' && message.event.type === 'sql-statement' ? undefined : message;
}

function withoutActs(event: WebRequest): WebRequest {
  return { ...event, parameters: event.parameters.map(({ acts: _, ...parameter }) => parameter) };
}
