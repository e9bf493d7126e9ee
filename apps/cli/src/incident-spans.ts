import process from 'node:process';

import { MAX_AUDIT_ENTRIES, type IncidentStore } from '@plimsoll/incidents';
import type { IncidentSpan } from '@plimsoll/pipelines';

import { benignBy, spansOf } from './benign-decisions.js';

/** Incidents that are asked of the store at a time. */
const PAGE = 500;

/**
 * When every incident was, and whether an analyst called it benign, as the audit trail has it; of all applications where
 * none is named.
 */
export async function incidentSpans(store: IncidentStore, application: string | undefined): Promise<IncidentSpan[]> {
  const benign = benignBy(await store.auditTrail(MAX_AUDIT_ENTRIES));
  const spans: IncidentSpan[] = [];
  let untrailed = 0;
  let after: string | undefined;
  do {
    const page = await store.list(application === undefined ? {} : { application }, PAGE, after);
    for (const incident of page.incidents) {
      // What was merged into another is told by that one.
      if (incident.state === 'merged') continue;
      const called = benign(incident);
      if (called === 'untrailed') untrailed += 1;
      spans.push(...spansOf(incident, called === 'yes'));
    }
    after = page.next;
  } while (after !== undefined);
  if (untrailed > 0) {
    process.stderr.write(
      `${untrailed} incidents are called benign, but the audit trail shows nobody who decided so: they are left out\n`,
    );
  }
  return spans;
}
