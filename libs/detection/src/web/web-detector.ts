import type { AttackPath, RequestFacts, Verdict, WebRequest } from '@plimsoll/contracts';

import { SmoothedCounts } from '../scoring/smoothed-counts.js';
import type { WeightedEvidence } from '../scoring/weighted-evidence.js';
import { ceilingOf, thresholdOf, WEB_AND_SQL_SHARE } from '../events/threshold.js';
import type { Budget } from '../detector.js';
import { eventDetector } from '../events/event-detector.js';
import { whose } from '../events/whose.js';
import { rememberCaught } from './caught-session.js';
import { ACTS } from './reading-evidence.js';
import { CREDENTIAL_FOUND, scoreRequest, SCRIPT_ACTED, type ScoredRequest } from './web-scorer.js';
import { ownStatements } from './own-statements.js';
import { withEarlier } from './weak-requests.js';
import { openWebModel, type WebModel, type WebModelData, type WebView } from './web-model.js';
import { startWebState, webStates, type WebState } from './web-state.js';

export const WEB = 'web';
const MAX_COLUMNS = 64;

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
  'credential-guessing': { cwe: ['CWE-307'], techniques: ['T1110'], severity: 3 },
  rbac: { cwe: [], techniques: [], severity: 3 },
  unknown: { cwe: [], techniques: [], severity: 2 },
};

/** Scores the web requests of one session. See docs/detection-web.md. */
export const webDetector = eventDetector<WebRequest, WebState, WebModel, ScoredRequest>({
  name: WEB,
  level: 'log',

  prepare(profile, budget) {
    const data = openWebModel(profile.model);
    return {
      version: profile.version,
      table: SmoothedCounts.of(data.table),
      views: { exchange: viewOf(data.views.exchange, budget), line: viewOf(data.views.line, budget) },
    };
  },

  start: startWebState,
  beside: (state) => ({ ...webStates.decode(webStates.encode(state)), minute: undefined }),
  ...webStates,

  scale: ({ views }, { view }) => views[view],
  score(event, state, { table, views }) {
    const view = views[event.view];
    const scored = scoreRequest(table, event, state, view?.threshold.score);
    if (view === undefined) return scored;
    const threshold = Math.min(view.threshold.score, ceilingOf(scored.path));
    // What is told for what came before alone makes no session caught anew, and adds up to nothing.
    const alone = scored.caught === undefined ? scored : { ...scored, score: scored.score - scored.caught };
    const told = withEarlier(alone, event, state, view.calibration, threshold);
    if (told.score < threshold) return scored;
    rememberCaught(state, event, told.path);
    return told;
  },
  lose(state) {
    // The page that led to the next request may be among what was lost.
    state.previous = undefined;
  },

  tell(event, scored, observations) {
    const about = ABOUT[scored.path];
    const act = Object.values(ACTS).find(({ finding }) => finding === scored.finding);
    return {
      ...damageOf(event, scored, about.severity),
      cwe: act === undefined ? [...about.cwe] : [act.cwe],
      techniques: act === undefined ? [...about.techniques] : ['T1190'],
      request: requestFacts(event, observations),
      joins: joinsOf(event, scored),
    };
  },
});

function viewOf(data: WebModelData['views']['line'], budget: Budget): WebView | undefined {
  if (data === undefined) return undefined;
  const threshold = thresholdOf(data.calibration, budget, data.requestsPerDay, WEB_AND_SQL_SHARE);
  return { calibration: data.calibration, threshold };
}

function joinsOf(event: WebRequest, { finding, planted, client }: ScoredRequest): Verdict['joins'] {
  const { request, connection, thread } = event;
  return {
    ...(finding === SCRIPT_ACTED ? { victim: event.session } : client === undefined ? whose(event) : { client }),
    ...(planted === undefined ? {} : { planted }),
    request,
    ...(connection === undefined ? {} : { connection }),
    ...(thread === undefined ? {} : { thread }),
  };
}

/** The page, the client and the parameter, for whoever reads the alert. */
function requestFacts(
  { method, path, status, client }: WebRequest,
  observations: readonly WeightedEvidence[],
): RequestFacts {
  const parameter = observations.find(({ parameter }) => parameter !== undefined && parameter !== '')?.parameter;
  return { method, path, status, ...(parameter === undefined ? {} : { parameter }), ...client };
}

/**
 * What the request's statements wrote, by columns (as the paper counts impacted fields). Where none is known to have
 * written, an estimate by the path's worth, one less where the server refused the request. What a planted script will
 * do is not in the column that holds it: that is an estimate too. Tries of a credential are refused by their nature; one
 * that was found is worth more.
 */
function damageOf(event: WebRequest, scored: ScoredRequest, worth: number): Pick<Verdict, 'severity' | 'impact'> {
  if (scored.path === 'credential-guessing') return { severity: scored.finding === CREDENTIAL_FOUND ? 5 : worth };
  const carried = scored.path === 'xss' && scored.finding !== SCRIPT_ACTED;
  // Beside the statement into which a value was injected, those that the request sends anyway are no damage.
  const statements = ownStatements(event);
  const injected = statements.some(({ tainted }) => tainted !== undefined);
  const wrote = statements.filter(
    ({ writes, failed, tainted }) => !carried && writes && !failed && (!injected || tainted !== undefined),
  );
  const columns = [...new Set(wrote.flatMap(({ columnsWritten }) => columnsWritten))].sort().slice(0, MAX_COLUMNS);
  if (columns.length > 0) return { severity: Math.min(columns.length, 6), impact: { columns } };
  if (wrote.length > 0) return { severity: Math.min(worth + 1, 6), impact: { columns } };
  return { severity: event.status >= 400 ? Math.max(worth - 1, 1) : worth };
}
