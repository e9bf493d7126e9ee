/**
 * Public suites for web application firewalls in one field of a form, in an application that learned clean or messy
 * text and whose database nobody traces; OWASP CRS beside it (see rule-set.mjs). Run after `npm run build`:
 *
 *   node bench/waf-suites.mjs --gotestwaf DIR --waf-bypass DIR [--misses] [--no-rules]
 *
 * The folders are copies of one's own of github.com/wallarm/gotestwaf (`testcases/**.yml`) and
 * github.com/nemesida-waf/waf-bypass (`payload/KIND/*.json`); none of their texts are in this repository. Read are
 * `payload` of the former and ARGS (else BODY) of the latter, of SQL injection, scripts and false positives. Beside
 * their few false positives stand everyday texts that learning never saw.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

import { everydayTexts, FieldStudy, proportion } from '@plimsoll/evaluation';
import { parse } from 'yaml';

import { BLOCKS_AT, RuleSet } from './rule-set/rule-set.mjs';

const { values: options } = parseArgs({
  options: {
    gotestwaf: { type: 'string' },
    'waf-bypass': { type: 'string' },
    misses: { type: 'boolean', default: false },
    'no-rules': { type: 'boolean', default: false },
  },
});
const UNSEEN_SEED = 71;
const KINDS = {
  'SQL Injection': 'SQL',
  XSS: 'scripts',
  SQLi: 'SQL',
  FP: 'false positives',
  'false-pos': 'false positives',
};

const texts = [
  ...(options.gotestwaf ? gotestwaf(options.gotestwaf) : []),
  ...(options['waf-bypass'] ? wafBypass(options['waf-bypass']) : []),
];
if (texts.length === 0) throw new Error('nothing to read: --gotestwaf DIR, --waf-bypass DIR');
for (const kind of ['clean', 'messy'])
  texts.push(
    ...everydayTexts(kind, 500, UNSEEN_SEED).map((text) => ({ suite: 'everyday', kind: `${kind} text`, text })),
  );

const studies = { clean: new FieldStudy('clean'), messy: new FieldStudy('messy') };
const scorers = {
  'learned clean': (text) => studies.clean.score(text, 'text').alarm,
  'learned messy': (text) => studies.messy.score(text, 'text').alarm,
};
const rules = options['no-rules'] ? undefined : await RuleSet.start();
if (rules)
  scorers[`CRS ${RuleSet.version()}, paranoia 1`] = async (text) => {
    const body = Buffer.from(`text=${encodeURIComponent(Buffer.from(text).toString())}&topic=general`);
    const headers = [
      ['User-Agent', 'Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0'],
      ['Accept', 'text/html'],
      ['Content-Type', 'application/x-www-form-urlencoded'],
    ];
    return (await rules.ask({ method: 'POST', target: '/messages', headers, body })).score >= BLOCKS_AT;
  };
try {
  for (const each of texts) {
    each.reported = {};
    for (const [name, score] of Object.entries(scorers)) each.reported[name] = await score(each.text);
  }
} finally {
  await rules?.stop();
}
report();

function report() {
  const names = Object.keys(scorers);
  print(`| suite | kind | texts | ${names.join(' | ')} |\n|---|---|---:|${'---:|'.repeat(names.length)}`);
  const groups = new Map();
  for (const each of texts) {
    const title = `${each.suite} | ${each.kind}`;
    groups.set(title, [...(groups.get(title) ?? []), each]);
  }
  for (const [title, group] of groups)
    print(`| ${title} | ${group.length} | ${names.map((name) => reportedOf(group, name)).join(' | ')} |`);
  const attacks = texts.filter(({ kind }) => kind === 'SQL' || kind === 'scripts');
  const benign = texts.filter(({ kind }) => kind === 'false positives');
  const everyday = texts.filter(({ suite }) => suite === 'everyday');
  const share = (group, name) => proportion(reportedOf(group, name), group.length);
  const interval = ({ share, low, high }) => `${share.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
  print(`| all | recall | ${attacks.length} | ${names.map((name) => interval(share(attacks, name))).join(' | ')} |`);
  for (const [title, group] of [
    ['false alarms, the suites', benign],
    ['false alarms, everyday', everyday],
  ])
    print(`| all | ${title} | ${group.length} | ${names.map((name) => interval(share(group, name))).join(' | ')} |`);
  const balanced = names.map((name) => ((share(attacks, name).share + 1 - share(benign, name).share) / 2).toFixed(3));
  print(`| all | balanced accuracy, the suites | ${attacks.length + benign.length} | ${balanced.join(' | ')} |`);
  if (options.misses) misses(names);
}

function misses(names) {
  for (const { suite, kind, text, reported } of texts) {
    const wanted = kind === 'SQL' || kind === 'scripts';
    const wrong = names.filter((name) => reported[name] !== wanted);
    if (wrong.length > 0) print(`${suite} ${kind} ${JSON.stringify(text.slice(0, 140))}: ${wrong.join('; ')}`);
  }
}

function reportedOf(group, name) {
  return group.filter(({ reported }) => reported[name]).length;
}

function gotestwaf(folder) {
  return filesBelow(join(folder, 'testcases'), /\.ya?ml$/).flatMap((file) => {
    const { payload = [], type } = parse(readFileSync(file, 'utf8'));
    const kind = KINDS[basename(dirname(file))] ?? KINDS[type];
    return kind ? payload.map((text) => ({ suite: 'GoTestWAF', kind, text: String(text) })) : [];
  });
}

function wafBypass(folder) {
  return filesBelow(join(folder, 'payload'), /\.json$/).flatMap((file) => {
    const kind = KINDS[basename(dirname(file))];
    const { payload, req } = JSON.parse(readFileSync(file, 'utf8'));
    return (kind ? (payload ?? req) : []).flatMap(({ ARGS, BODY, Body }) => {
      const query = ARGS ?? BODY ?? Body;
      return query ? [{ suite: 'waf-bypass', kind, text: valueOf(query) }] : [];
    });
  });
}

/** The value of `name=value`, or all of it; as a server reads it. */
function valueOf(query) {
  const named = /^[\w%]+=(?=.)/.exec(query);
  const value = named ? query.slice(named[0].length) : query;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function filesBelow(folder, pattern) {
  return readdirSync(folder, { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => pattern.test(file))
    .sort();
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
