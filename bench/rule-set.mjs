/**
 * OWASP CRS on recordings, by request, scored as `plimsoll evaluate` scores incidents: a request counts as alerted from
 * an anomaly score of 5 on, each an incident of its own. Run after `npm run build`:
 *
 *   node bench/rule-set.mjs DIR... [--paranoia 1]
 *
 * Needs apache2, libapache2-mod-security2 and modsecurity-crs of Debian; CRS=FILE names other rules. Requests are those
 * rebuilt from the traces of web servers, sent again to an Apache of its own on the loopback interface.
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createGunzip } from 'node:zlib';

import { actionsOf, requestMarkdown, scoreApplication } from '@plimsoll/evaluation';
import { findRecordings } from '@plimsoll/local-run';
import { StraceParser, WireObserver } from '@plimsoll/sources';

import { BLOCKS_AT, RuleSet } from './rule-set/rule-set.mjs';

const { values: options, positionals: folders } = parseArgs({
  options: { paranoia: { type: 'string', default: '1' } },
  allowPositionals: true,
});
if (folders.length === 0) throw new Error('node bench/rule-set.mjs DIR...: folders of recordings');

const rules = await RuleSet.start(Number(options.paranoia));
const episodes = new Map();
try {
  const found = (await Promise.all(folders.map((folder) => findRecordings(folder)))).flat();
  for (const at of found.filter(({ recording }) => recording.split === 'test')) {
    const scored = await scoreEpisode(at);
    if (!scored) continue;
    const { application, episode } = at.recording;
    process.stderr.write(`${application}/${episode}: ${scored.requests} requests, ${scored.evidence.length} alerted\n`);
    episodes.set(application, [...(episodes.get(application) ?? []), { episode, ...scored }]);
  }
} finally {
  await rules.stop();
}
const view = `CRS ${RuleSet.version()}, paranoia ${options.paranoia}`;
const scores = [...episodes].map(([application, own]) => scoreApplication(application, view, own));
process.stdout.write(`${requestMarkdown(scores, view).join('\n')}\n`);

/** One test episode as the rule set sees it; undefined where no web server was traced. */
async function scoreEpisode(at) {
  const traces = at.recording.sources.filter(({ kind }) => kind === 'strace');
  const evidence = [];
  let [requests, firstUs, lastUs] = [0, Infinity, 0];
  for (const { path } of traces) {
    for await (const { request, startUs, ordinal, connection } of exchanges(join(at.folder, path))) {
      requests += 1;
      [firstUs, lastUs] = [Math.min(firstUs, startUs), Math.max(lastUs, startUs)];
      const { score, path: named } = await rules.ask(request);
      const id = `${connection} ${ordinal} ${startUs}`;
      if (score >= BLOCKS_AT)
        evidence.push({ id, timeUs: startUs, saidUs: startUs, window: false, incident: id, path: named });
    }
  }
  return requests > 0 ? { actions: actionsOf(at), evidence, spanUs: lastUs - firstUs, requests } : undefined;
}

/** The requests that a traced server answered, as they became whole. */
async function* exchanges(file) {
  const observer = new WireObserver();
  const parser = new StraceParser({ observer });
  const bytes = createReadStream(file);
  const drain = () => observer.drain().filter(({ type, side }) => type === 'http' && side === 'server');
  for await (const chunk of file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes) {
    parser.push(chunk);
    yield* drain();
  }
  parser.end();
  yield* drain();
}
