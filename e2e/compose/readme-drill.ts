import { join } from 'node:path';

import type { ComposeStack } from './compose-stack.js';
import {
  Findings,
  newToken,
  plimsoll,
  seconds,
  settled,
  withStack,
  type DrillPlace,
  type DrillResult,
} from './drill.js';

const INTAKE_TOKEN = 'token-of-the-drill-alone';
const LINES = Array.from(
  { length: 20 },
  (_, i) =>
    `127.0.0.1 - - [23/Nov/2026:18:39:${String(i).padStart(2, '0')} +0000] "GET /item?id=${i} HTTP/1.1" 200 512\n`,
).join('');

interface Incidents {
  readonly incidents: readonly { readonly id: string; readonly title: string; readonly path: string }[];
}

/** README's stack as it is written there; then down and up again, and what of it is still known. */
export async function readmeDrill(place: DrillPlace): Promise<DrillResult> {
  const findings = new Findings(place.tell);
  const { token, tokens } = newToken();
  const environment = { PLIMSOLL_API_TOKENS: tokens, PLIMSOLL_INTAKE_TOKEN: INTAKE_TOKEN };
  await withStack(place, 'plimsoll-readme', { environment }, async (stack) => {
    const [, built] = await seconds(() => stack.compose('up', '--build', '--detach', '--wait'));
    findings.say(`\`docker compose up --build --detach --wait\`: every service healthy after ${built}, build included`);

    const profiles = join(place.scratch, 'readme-profiles');
    await plimsoll(place, {}, 'learn', 'recordings/employee', '--out', profiles);
    await stack.plimsoll([`${profiles}:/profiles:ro`], 'profiles', 'push', '/profiles');
    await replay(place, stack);
    const found = await settled(
      () => incidentsOf(stack, token),
      ({ incidents }) => incidents.length > 0,
    );
    const paths = new Set(found.incidents.map(({ path }) => path));
    findings.check(
      `learned, pushed and replayed \`sqli-union-a\`: ${found.incidents.length} incidents, all of them SQL injection`,
      paths.size === 1 && paths.has('sqli'),
      JSON.stringify(found),
    );
    await intake(stack, findings);
    await keeps(place, stack, token, found.incidents[0]!.id, findings);
  });
  return findings;
}

function replay(place: DrillPlace, stack: ComposeStack): Promise<string> {
  const to = ['--to', stack.address('COLLECTOR_PORT')];
  return plimsoll(place, {}, 'replay', 'recordings/employee/sqli-union-a', ...to);
}

async function incidentsOf(stack: ComposeStack, token: string): Promise<Incidents> {
  return (await stack.ask('incidents?limit=500', token)) as Incidents;
}

async function intake(stack: ComposeStack, findings: Findings): Promise<void> {
  const where = new URLSearchParams({ application: 'other', workload: 'web', container: 'web-1', kind: 'access-log' });
  const send = (token: string): Promise<Response> =>
    fetch(`${stack.address('INTAKE_PORT')}/v1/lines?${where.toString()}&stream=drill`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: LINES,
    });
  const refused = await send('token-of-somebody-else');
  findings.check('the intake refuses another token with 401', refused.status === 401, String(refused.status));
  const taken = await send(INTAKE_TOKEN);
  const answer = await taken.text();
  findings.check(
    `the intake takes 20 lines with its token: ${answer}`,
    taken.status === 200 && (JSON.parse(answer) as { events: number }).events === 20,
  );
}

/** Everything that people and detectors left behind, as the interface tells it. */
async function known(stack: ComposeStack, token: string, id: string): Promise<Record<string, unknown>> {
  const { profiles } = (await stack.ask('profiles', token)) as {
    profiles: readonly { application: string; workload: string; detector: string; active?: unknown }[];
  };
  return {
    profiles: profiles.map(({ application, workload, detector, active }) => [application, workload, detector, active]),
    incidents: await incidentsOf(stack, token),
    incident: await stack.ask(`incidents/${id}`, token),
    suppressions: await stack.ask('suppressions', token),
    'audit trail': await stack.ask('audit', token),
  };
}

/** What people decided is left behind, and stands after the containers have gone and come. */
async function keeps(
  place: DrillPlace,
  stack: ComposeStack,
  token: string,
  id: string,
  findings: Findings,
): Promise<void> {
  await stack.ask(`incidents/${id}/status`, token, { status: 'resolved', note: 'the drill' });
  const expires = new Date(Date.now() + 86_400_000).toISOString();
  await stack.ask('suppressions', token, { application: 'employee', path: 'xss', reason: 'the drill', expires });
  const before = await known(stack, token, id);
  const [, took] = await seconds(async () => {
    await stack.compose('down');
    await stack.compose('up', '--detach', '--wait');
  });
  findings.say(`\`docker compose down\` and \`up\`: ${took}`);
  const after = await known(stack, token, id);
  for (const [name, value] of Object.entries(before)) findings.same(`${name}: as before`, value, after[name]);
  await replay(place, stack);
  const again = await settled(
    () => incidentsOf(stack, token),
    () => true,
  );
  findings.same('the same recording replayed once more alerts of nothing anew', before['incidents'], again);
}
