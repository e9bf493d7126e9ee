import {
  identity,
  type AttackPath,
  type LogGap,
  type RequestFacts,
  type Verdict,
  type WebRequest,
} from '@plimsoll/contracts';

import { pValue } from '../calibration/index.js';
import { ChanceTable } from '../chance/chance-table.js';
import type { Clue } from '../chance/clue.js';
import { countJudged, turnMinute } from '../chance/minute.js';
import { ceilingOf, thresholdOf } from '../chance/threshold.js';
import type { Budget, Detector } from '../detector.js';
import { whose } from '../whose.js';
import { judgeRequest, SCRIPT_ACTED, type WebJudgement } from './web-judge.js';
import { ACTS } from './reading-clues.js';
import { openWebModel, type WebModel, type WebModelData, type WebView } from './web-model.js';
import { decodeWebState, encodeWebState, startWebState, type WebState } from './web-state.js';

export const WEB = 'web';
const MAX_EVIDENCE = 8;
const MAX_COLUMNS = 64;
const UNLEARNED = 'none';

/** What is known of each path by name: weakness, techniques, and what an alert of it is worth. */
const ABOUT: Readonly<
  Record<
    AttackPath,
    { readonly cwe: readonly string[]; readonly techniques: readonly string[]; readonly severity: number }
  >
> = {
  sqli: { cwe: ['CWE-89'], techniques: ['T1190'], severity: 4 },
  xss: { cwe: ['CWE-79'], techniques: ['T1189'], severity: 3 },
  csrf: { cwe: ['CWE-352'], techniques: ['T1190'], severity: 4 },
  'web-shell': { cwe: ['CWE-434'], techniques: ['T1505.003'], severity: 5 },
  'path-traversal': { cwe: ['CWE-22'], techniques: ['T1190'], severity: 4 },
  ssrf: { cwe: ['CWE-918'], techniques: ['T1190'], severity: 4 },
  rbac: { cwe: [], techniques: [], severity: 3 },
  unknown: { cwe: [], techniques: [], severity: 2 },
};

/** Judges the web requests of one session. See docs/detection-web.md. */
export const webDetector: Detector<WebRequest | LogGap, WebState, WebModel> = {
  name: WEB,
  level: 'log',

  prepare(profile, budget) {
    const data = openWebModel(profile.model);
    return {
      version: profile.version,
      table: ChanceTable.of(data.table),
      views: { exchange: viewOf(data.views.exchange, budget), line: viewOf(data.views.line, budget) },
    };
  },

  start: startWebState,
  beside: (state) => ({ ...decodeWebState(encodeWebState(state)), minute: undefined }),

  step(state, input, model) {
    const { minute, closed } = turnMinute(state.minute, input, model?.version ?? UNLEARNED, WEB);
    state.minute = minute;
    if (input.type === 'gap') {
      minute.gap += 1;
      // The page that led to the next request may be among what was lost.
      state.previous = undefined;
      return closed;
    }
    const view = model?.views[input.view];
    if (model === undefined || view === undefined) {
      minute.warming += 1;
      return closed;
    }
    const judged = judgeRequest(model.table, input, state);
    const anomalous = judged.score >= Math.min(view.threshold.score, ceilingOf(judged.path));
    countJudged(minute, view.calibration, judged.score, anomalous);
    if (!anomalous) return closed;
    return [...closed, verdictOf(input, judged, model.version, view)];
  },

  encode: encodeWebState,
  decode: decodeWebState,
};

function viewOf(data: WebModelData['views']['line'], budget: Budget): WebView | undefined {
  if (data === undefined) return undefined;
  return { calibration: data.calibration, threshold: thresholdOf(data.calibration, budget, data.requestsPerDay) };
}

function verdictOf(event: WebRequest, judged: WebJudgement, version: string, { calibration }: WebView): Verdict {
  const { application, workload, container, stream, timeUs, endUs } = event;
  const clues = [...judged.clues].filter(({ nats }) => nats > 0).sort((a, b) => b.nats - a.nats);
  const about = ABOUT[judged.path];
  const act = Object.values(ACTS).find(({ finding }) => finding === judged.finding);
  return {
    type: 'verdict',
    schema: 1,
    id: identity(WEB, version, container, stream, event.id, timeUs),
    application,
    workload,
    container,
    detector: WEB,
    level: 'log',
    profileVersion: version,
    stream,
    window: { startUs: timeUs, endUs: Math.max(endUs, timeUs + 1) },
    count: 1,
    state: 'anomalous',
    pValue: pValue(calibration, judged.score),
    score: judged.score,
    ...damageOf(event, judged, about.severity),
    path: judged.path,
    finding: judged.finding,
    cwe: act === undefined ? [...about.cwe] : [act.cwe],
    techniques: act === undefined ? [...about.techniques] : ['T1190'],
    evidence: clues.slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
    request: requestFacts(event, clues),
    joins: {
      ...whose(event),
      request: event.request,
      ...(event.connection === undefined ? {} : { connection: event.connection }),
      ...(event.thread === undefined ? {} : { thread: event.thread }),
    },
  };
}

/** The page, the client and the parameter, for whoever reads the alert. */
function requestFacts({ method, path, status, client }: WebRequest, clues: readonly Clue[]): RequestFacts {
  const parameter = clues.find(({ parameter }) => parameter !== undefined && parameter !== '')?.parameter;
  return { method, path, status, ...(parameter === undefined ? {} : { parameter }), ...client };
}

/**
 * What the request's statements wrote, by columns (as the paper counts impacted fields). Where none is known to have
 * written, an estimate by the path's worth, one less where the server refused the request. What a planted script will
 * do is not in the column that holds it: that is an estimate too.
 */
function damageOf(event: WebRequest, judged: WebJudgement, worth: number): Pick<Verdict, 'severity' | 'impact'> {
  const carried = judged.path === 'xss' && judged.finding !== SCRIPT_ACTED;
  // Beside the statement into which a value was injected, those that the request sends anyway are no damage.
  const injected = event.statements.some(({ tainted }) => tainted !== undefined);
  const wrote = event.statements.filter(
    ({ writes, failed, tainted }) => !carried && writes && !failed && (!injected || tainted !== undefined),
  );
  const columns = [...new Set(wrote.flatMap(({ columnsWritten }) => columnsWritten))].sort().slice(0, MAX_COLUMNS);
  if (columns.length > 0) return { severity: Math.min(columns.length, 6), impact: { columns } };
  if (wrote.length > 0) return { severity: Math.min(worth + 1, 6), impact: { columns } };
  return { severity: event.status >= 400 ? Math.max(worth - 1, 1) : worth };
}
