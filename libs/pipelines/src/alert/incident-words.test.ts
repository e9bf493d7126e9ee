import type { RequestFacts } from '@plimsoll/contracts';
import type { FusedEvidence, Incident } from '@plimsoll/detection';
import { describe, expect, it } from 'vitest';

import { titleOf } from './incident-words.js';

const PAGE: RequestFacts = { method: 'GET', path: '/tools/ping', status: 200, parameter: 'host', address: '10.0.0.9' };

function evidence(parts: Partial<FusedEvidence>): FusedEvidence {
  return {
    kind: 'command-in-value',
    event: 'r1',
    timeUs: 1,
    observed: 'the query parameter "host" holds a command for a shell',
    expected: 'never',
    score: 12,
    verdict: 'v1',
    level: 'log',
    detector: 'web',
    finding: 'command-injection',
    workload: 'web',
    container: 'web-1',
    profileVersion: 'p1',
    pValue: 1e-6,
    severity: 5,
    principal: 'client:c1',
    request: PAGE,
    ...parts,
  };
}

const RAN = evidence({
  kind: 'parameter-in-act',
  level: 'process',
  detector: 'process',
  observed: 'parameter host became part of it: sh executed id and python3 for GET /tools/ping',
});

function incident(path: Incident['path'], shown: readonly FusedEvidence[]): Incident {
  const findings = shown.map(({ level, detector, finding, pValue }) => ({
    level,
    detector,
    finding,
    count: 1,
    firstUs: 1,
    lastUs: 2,
    minP: pValue,
  }));
  return {
    id: '0'.repeat(32),
    application: 'shop',
    kind: { path, by: 'principal', name: 'client:c1' },
    path,
    firstUs: 1,
    lastUs: 2,
    severity: 5,
    impact: { seen: true, columns: [] },
    confidence: 3,
    pValue: 1e-6,
    verdicts: 1,
    anomalous: 1,
    levels: [],
    findings,
    workloads: ['web'],
    containers: ['web-1'],
    principals: ['client:c1'],
    cwe: [],
    techniques: [],
    evidence: shown,
  };
}

describe('the title of an incident', () => {
  it('says which program ran for which page and client', () => {
    expect(titleOf(incident('web-shell', [evidence({}), RAN]))).toBe(
      'Command injection in shop: sh executed id and python3 for GET /tools/ping, parameter host, from 10.0.0.9',
    );
  });

  it('says that a client was a victim where its browser was made to send the request', () => {
    const forged = evidence({ kind: 'referer', finding: 'forged-request' });
    expect(titleOf(incident('csrf', [forged]))).toBe(
      'Cross-site request forgery in shop: GET /tools/ping, parameter host, sent by the browser of 10.0.0.9',
    );
  });

  it('does not take a reader who ran what another planted for whoever planted it', () => {
    const fired = evidence({
      kind: 'named-in-script',
      finding: 'script-acted',
      principal: '',
      joins: { victim: 's1' },
    });
    expect(titleOf(incident('xss', [fired]))).toBe(
      'Cross-site scripting in shop: GET /tools/ping, parameter host, run in the browser of 10.0.0.9',
    );
    const planted = evidence({ request: { ...PAGE, path: '/comments', address: '10.0.0.66' } });
    expect(titleOf(incident('xss', [fired, planted]))).toBe(
      'Cross-site scripting in shop: GET /comments, parameter host and other pages, from 10.0.0.66',
    );
  });

  it('names the page where nothing was seen to run, and where what ran is another path', () => {
    expect(titleOf(incident('web-shell', [evidence({})]))).toBe(
      'Command injection in shop: GET /tools/ping, parameter host, from 10.0.0.9',
    );
    expect(titleOf(incident('sqli', [evidence({}), RAN]))).toBe(
      'SQL injection in shop: GET /tools/ping, parameter host, from 10.0.0.9',
    );
  });
});
