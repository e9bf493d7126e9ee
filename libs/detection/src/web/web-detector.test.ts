import { Verdict, type LogGap, type VerdictMessage, type WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import type { WebModel } from './web-model.js';
import { webDetector } from './web-detector.js';
import { webLearner } from './web-learner.js';
import { parameter, request, visit } from './web.fixture.js';

const plain = (i: number): WebRequest[] =>
  visit(
    i * 10_000,
    `user${i % 9}`,
    [
      parameter({ name: 'title', form: i % 3 === 0 ? 'phrase' : 'word' }),
      parameter({ name: 'amount', form: 'digits', shape: '9' }),
    ],
    2_000 + (i % 7) * 900,
  );

function learnt(): WebModel {
  const learner = webLearner({ application: 'shop', workload: 'web' });
  for (let i = 0; i < 120; i++) for (const event of plain(i)) learner.learn(event);
  for (let i = 120; i < 160; i++) for (const event of plain(i)) learner.calibrate(event);
  return webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
}
const model = learnt();

function detect(...events: readonly (WebRequest | LogGap)[]): Verdict[] {
  const states = new Map<string, ReturnType<typeof webDetector.start>>();
  const messages: VerdictMessage[] = events.flatMap((event) => {
    const state = states.get(event.key) ?? webDetector.start();
    states.set(event.key, state);
    return webDetector.step(state, event, model);
  });
  return messages.filter((message) => message.type === 'verdict');
}

const T = 9_000_000;
const title = (parts: object): ReturnType<typeof parameter> =>
  parameter({ name: 'title', form: 'text', length: 30, ...parts });
const climb = (grade: 2 | 3) => ({ kind: 'traversal', grade, tokens: '../ …' }) as const;
const sends = (parts: object): WebRequest[] => visit(T, 'bob', [title(parts)]);

describe('the web detector', () => {
  it('says nothing of ordinary visits', () => {
    expect(detect(...Array.from({ length: 40 }, (_, i) => plain(i + 200)).flat())).toEqual([]);
  });

  it('names SQL injection, with the parameter and what is normal', () => {
    const [verdict, ...more] = detect(...sends({ sql: 4, sqlTokens: "' or s = s --", signs: "'-=" }));
    expect(more).toEqual([]);
    expect(Verdict.safeParse(verdict).success).toBe(true);
    expect(verdict).toMatchObject({
      path: 'sqli',
      cwe: ['CWE-89'],
      techniques: ['T1190'],
      severity: 1,
      impact: { columns: ['body'] },
      joins: { session: 'bob' },
    });
    expect(verdict?.evidence[0]).toMatchObject({ kind: 'sql-in-parameter', event: 'r9005000-bob' });
    expect(verdict?.evidence[0]?.expected).toContain('120 of 120');
  });

  it('names a value that became syntax, whatever it says', () => {
    const [, , post] = sends({ form: 'phrase' });
    post!.statements = [
      {
        outline: 'update notes set * where id = ? or ?',
        writes: true,
        columnsWritten: ['body', 'owner', 'title'],
        failed: false,
        tainted: { parameter: 'title', tokens: 5, syntax: true },
      },
    ];
    expect(detect(post!)).toMatchObject([
      {
        path: 'sqli',
        severity: 3,
        impact: { columns: ['body', 'owner', 'title'] },
        evidence: [{ kind: 'value-became-syntax' }],
      },
    ]);
  });

  it.each([
    ['an apostrophe that breaks the SQL', { form: 'name', signs: '' }, 500],
    ['stray quotes in prose', { sql: 1, sqlTokens: "' w s", signs: "'" }, 302],
    ['a comparison in prose', { sql: 2, sqlTokens: 'w < w', signs: '<' }, 302],
    ['harmless markup', { markup: 1, markupTokens: 'b', signs: '</>' }, 302],
    ['another script and a long text', { form: 'text', shape: 'x', length: 4_000 }, 302],
  ] as const)('lets %s pass', (_, parts, status) => {
    const events = sends(parts);
    const post = { ...events[2]!, status };
    if (status === 500) {
      post.statements = [
        {
          outline: 'update notes set * where _ ?',
          writes: true,
          columnsWritten: [],
          failed: true,
          tainted: { parameter: 'title', tokens: 2, syntax: false },
        },
      ];
    }
    expect(detect(events[0]!, events[1]!, post)).toEqual([]);
  });

  it('names a script in a parameter that never held any', () => {
    expect(detect(...sends({ markup: 3, markupTokens: 'script inline', signs: '()<>' }))).toMatchObject([
      { path: 'xss', finding: 'script-in-parameter', cwe: ['CWE-79'] },
    ]);
  });

  it('takes what a script says for a script, and no command', () => {
    const acts = [{ kind: 'command', grade: 3, tokens: '` id' }] as const;
    const script = { markup: 3, markupTokens: 'script inline', signs: '<>' };
    expect(detect(...sends({ ...script, acts: [...acts] }))).toMatchObject([{ path: 'xss' }]);
    expect(detect(...sends({ acts: [...acts] }))).toMatchObject([{ path: 'web-shell', finding: 'command-injection' }]);
  });

  it('gets used to a field that holds code', () => {
    const learner = webLearner({ application: 'shop', workload: 'web' });
    const code = (i: number): WebRequest[] =>
      visit(i * 10_000, 'dev', [
        parameter({
          name: 'code',
          form: 'text',
          length: 200,
          ...(i % 4 === 0 ? { markup: 3, markupTokens: 'script inline' } : { markup: i % 2, markupTokens: 'p' }),
          sql: i % 3 === 0 ? 1 : 0,
          signs: '"\'();<=>{}',
        }),
      ]);
    for (let i = 0; i < 60; i++) for (const event of code(i)) learner.learn(event);
    for (let i = 60; i < 80; i++) for (const event of code(i)) learner.calibrate(event);
    const used = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
    const state = webDetector.start();
    const pasted = visit(T, 'dev', [
      parameter({
        name: 'code',
        form: 'text',
        length: 250,
        markup: 3,
        markupTokens: 'script inline',
        sql: 1,
        signs: '"\'();<=>{}',
      }),
    ]);
    expect(
      pasted.flatMap((event) => webDetector.step(state, event, used)).filter(({ type }) => type === 'verdict'),
    ).toEqual([]);
  });

  it('takes a first script in a field of markup for one, whatever else the field held', () => {
    const learner = webLearner({ application: 'shop', workload: 'web' });
    const note = (i: number, markup: number, markupTokens: string): WebRequest[] =>
      visit(i * 10_000, 'dev', [
        parameter({ name: 'note', form: 'text', length: 90, markup, markupTokens, signs: '<>' }),
      ]);
    for (let i = 0; i < 80; i++)
      for (const event of note(i, i % 3, 'element'))
        if (i < 60) learner.learn(event);
        else learner.calibrate(event);
    const model = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
    const state = webDetector.start();
    const verdicts = note(T / 10_000, 3, 'script inline').flatMap((event) => webDetector.step(state, event, model));
    expect(verdicts.filter(({ type }) => type === 'verdict')).toMatchObject([{ path: 'xss' }]);
  });

  it.each([
    ['command', 'web-shell', 'command-injection'],
    ['traversal', 'path-traversal', 'path-traversal'],
    ['address', 'ssrf', 'server-side-request'],
  ] as const)('names a %s by its path', (kind, path, finding) => {
    const acts = [{ kind, grade: 3 as const, tokens: 'x' }];
    const sent = visit(T, 'alice', [parameter({ name: 'title', form: 'text', acts })]);
    expect(detect(...sent)).toMatchObject([{ path, finding }]);
  });

  it("takes a file's scheme for a forged request where the field held addresses, and for traversal elsewhere", () => {
    const file = [{ kind: 'traversal' as const, grade: 3 as const, tokens: 'scheme of a file' }];
    const link = parameter({ name: 'link', form: 'text', length: 30, shape: 'a://a.a/a', signs: '/:.' });
    const learner = webLearner({ application: 'shop', workload: 'web' });
    for (let i = 0; i < 80; i++)
      for (const event of visit(i * 10_000, 'ann', [link, parameter({ name: 'title' })]))
        if (i < 60) learner.learn(event);
        else learner.calibrate(event);
    const model = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
    const found = (name: string) =>
      visit(T, 'ann', [{ ...link, name, shape: 'a:///a/a', acts: file }]).flatMap((event) =>
        webDetector.step(webDetector.start(), event, model).filter(({ type }) => type === 'verdict'),
      );
    expect(found('link')).toMatchObject([{ path: 'ssrf', finding: 'server-side-request', cwe: ['CWE-918'] }]);
    expect(found('title')).toMatchObject([{ path: 'path-traversal' }]);
  });

  //   page with the planted script   write, 60 ms later, from that page
  //   ──────────●────────────────────────●──────────
  it('names what a script did with the session that it was served to', () => {
    const from = { event: 'r1', timeUs: 1, parameter: 'title' };
    const page = request({ atMs: T, who: 'victim', path: '/list', scripts: [{ kind: 'inline', digest: 'd', from }] });
    const write = {
      ...visit(T, 'victim', [parameter({ name: 'title' })])[2]!,
      timeUs: page.timeUs + 60_000,
      refererPath: '/list',
    };
    expect(detect(page, write)).toMatchObject([{ path: 'xss', finding: 'script-acted' }]);
    expect(detect(page, write)[0]?.evidence.map(({ kind }) => kind)).toContain('script-served');
  });

  //   page, too long to be seen whole   write, 90 ms later, from that page
  it('names what a script did that was loaded from elsewhere, so that no text names it', () => {
    const from = { event: 'plant', timeUs: 1, parameter: 'title', unread: true } as const;
    const unreadScript = { event: 'plant', timeUs: 1, parameter: 'title', pages: ['/form'] };
    const page = request({ atMs: T, who: 'victim', path: '/form', scriptAtLarge: true });
    const whole = request({ atMs: T, who: 'victim', path: '/form', scripts: [{ kind: 'source', digest: 'd', from }] });
    const write = (ms: number, parts: Partial<WebRequest>): WebRequest => ({
      ...visit(T, 'victim', [parameter({ name: 'title' })])[2]!,
      timeUs: page.timeUs + ms * 1_000,
      ...parts,
    });
    const fetched = { fetchDest: 'empty', fetchMode: 'cors' } as const;
    expect(detect(page, write(90, { ...fetched, unreadScript }))).toMatchObject([
      { path: 'xss', finding: 'script-acted', joins: { planted: 'plant' } },
    ]);
    expect(detect(whole, write(90, { ...fetched, unreadScript }))).toMatchObject([{ path: 'xss' }]);
    // The page's reader, in their own time.
    expect(detect(page, write(6_000, { unreadScript }))).toEqual([]);
    expect(detect(whole, write(6_000, { unreadScript }))).toEqual([]);
    const weight = (kind: string, event: WebRequest): number | undefined =>
      detect(whole, event)[0]?.evidence.find((one) => one.kind === kind)?.score;
    expect(weight('script-served', write(90, fetched))).toBeGreaterThan(5);
  });

  it('says nothing of a program that shows nothing of itself, where browsers sign in', () => {
    const [, , post] = visit(T, 'script', [parameter({ name: 'title' })]);
    const { refererPath: _, fetchMode: __, ...rest } = post!;
    const bare: WebRequest = { ...rest, origin: 'absent', referer: 'absent', fetchSite: 'absent', fetchMode: 'absent' };
    expect(detect(bare)).toEqual([]);
  });

  it('says nothing when a user reads such a page and later writes by the usual way', () => {
    const page = request({
      atMs: T,
      who: 'carl',
      path: '/list',
      scripts: [{ kind: 'inline', digest: 'd', from: { event: 'r1', timeUs: 1, parameter: 'title' } }],
    });
    expect(detect(page, ...visit(T + 3_000, 'carl', [parameter({ name: 'title' })]))).toEqual([]);
  });

  it('says nothing of a page whose scripts were redesigned', () => {
    const redesigned = (event: WebRequest): WebRequest =>
      event.method === 'GET' ? { ...event, scripts: [{ kind: 'inline', digest: 'new' }] } : event;
    expect(
      detect(
        ...Array.from({ length: 20 }, (_, i) => plain(i + 300))
          .flat()
          .map(redesigned),
      ),
    ).toEqual([]);
  });

  it.each([
    ['a foreign origin', { origin: 'foreign', referer: 'foreign', fetchSite: 'cross-site' }],
    ['no origin and no referer from a browser that sends both', { origin: 'null', referer: 'absent' }],
  ] as const)('names a forged request by %s', (_, parts) => {
    const before = visit(T, 'dora', [parameter({ name: 'title' })]);
    const { refererPath: __, ...post } = visit(T + 60_000, 'dora', [parameter({ name: 'title' })])[2]!;
    expect(
      detect(...before, request({ atMs: T + 50_000, who: 'dora', path: '/other' }), { ...post, ...parts }),
    ).toMatchObject([{ path: 'csrf', finding: 'forged-request', cwe: ['CWE-352'] }]);
  });

  it('does not hold against a browser what it never sends', () => {
    const bare = (event: WebRequest): WebRequest => {
      const { refererPath: _, ...rest } = event;
      return { ...rest, referer: 'absent', origin: event.method === 'POST' ? 'null' : 'absent', fetchSite: 'absent' };
    };
    const visits = [0, 1, 2].flatMap((i) => visit(T + i * 20_000, 'erin', [parameter({ name: 'title' })])).map(bare);
    expect(detect(...visits)).toEqual([]);
  });

  it('names a program that answers in a folder of uploads', () => {
    const learner = webLearner({ application: 'shop', workload: 'web' });
    const views = (i: number): WebRequest[] => [
      ...plain(i),
      request({ atMs: i * 10_000 + 9_000, path: `/uploads/p${i % 20}.png` }),
    ];
    for (let i = 0; i < 80; i++) for (const event of views(i)) learner.learn(event);
    for (let i = 80; i < 100; i++) for (const event of views(i)) learner.calibrate(event);
    const state = webDetector.start();
    const used = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
    expect(webDetector.step(state, request({ atMs: T, path: '/uploads/p7.php' }), used)).toMatchObject([
      { path: 'web-shell', techniques: ['T1505.003'] },
    ]);
  });

  it('answers warming without a profile, counts gaps, and reports each minute', () => {
    const state = webDetector.start();
    const [first, second, third] = plain(1);
    expect(webDetector.step(state, first!, undefined)).toEqual([]);
    const { application, workload, container, stream, key } = second!;
    const gap: LogGap = {
      type: 'gap',
      schema: 1,
      application,
      workload,
      container,
      stream,
      key,
      id: 'g',
      timeUs: second!.timeUs,
      of: 'web-request',
      gap: { startUs: 1, endUs: 2, cause: 'source-drop' },
    };
    expect(webDetector.step(state, gap, model)).toEqual([]);
    const [coverage] = webDetector.step(state, { ...third!, timeUs: third!.timeUs + 60_000_000 }, model);
    expect(coverage).toMatchObject({ type: 'coverage', detector: 'web', windows: { warming: 1, gap: 1 }, count: 0 });
  });

  it('gives the same verdicts when its state goes through bytes after every event', () => {
    const events = [...plain(400), ...sends({ sql: 4, sqlTokens: "' --", signs: "'" }), ...plain(401)].map((event) => ({
      ...event,
      key: 'shop/one',
    }));
    const whole = detect(...events);
    let bytes = webDetector.encode(webDetector.start());
    const pieces = events.flatMap((event) => {
      const state = webDetector.decode(bytes);
      const verdicts = webDetector.step(state, event, model);
      bytes = webDetector.encode(state);
      return verdicts;
    });
    expect(pieces.filter(({ type }) => type === 'verdict')).toEqual(whole);
    expect(bytes.byteLength).toBeLessThan(4_096);
    expect(() => webDetector.decode(Buffer.from('{"version":99}'))).toThrow(/another form/);
  });

  it('names a write that a script names, made at once from the page where it may stand', () => {
    const named = { event: 'plant', timeUs: 1, parameter: 'body', fields: true, pages: ['/notes'] };
    const write = (ms: number): WebRequest[] => [
      request({ atMs: T, who: 'eve', path: '/notes' }),
      request({
        atMs: T + ms,
        who: 'eve',
        method: 'POST',
        path: '/save',
        origin: 'same',
        refererPath: '/notes',
        namedInScript: named,
        parameters: [parameter({ name: 'title' })],
      }),
    ];
    expect(detect(...write(80))).toMatchObject([
      { path: 'xss', finding: 'script-acted', joins: { victim: expect.any(String) as string, planted: 'plant' } },
    ]);
    expect(detect(...write(80))[0]?.joins).not.toHaveProperty('session');
    expect(detect(...write(80))[0]?.evidence.every(({ event }) => event === `r${T + 80}-eve`)).toBe(true);
  });

  it('takes a script for text in a field that pages only ever showed encoded', () => {
    const scoredAfter = (encoded: readonly boolean[]): readonly VerdictMessage[] => {
      const learner = webLearner({ application: 'shop', workload: 'web' });
      for (let i = 0; i < 60; i++) for (const event of plain(i)) learner.learn(event);
      for (const [i, how] of encoded.entries()) {
        const shown = [{ path: '/save', where: 'body', name: 'title', encoded: how } as const];
        learner.learn(request({ atMs: 700_000 + i, path: '/form', shown }));
      }
      for (let i = 80; i < 100; i++) for (const event of plain(i)) learner.calibrate(event);
      const ready = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
      const [, , save] = sends({ markup: 3, markupTokens: 'script inline', signs: '<>' });
      return webDetector.step(webDetector.start(), save!, ready);
    };
    expect(scoredAfter([true, true, true])).toEqual([]);
    expect(scoredAfter([true, true])).toMatchObject([{ path: 'xss' }]);
    expect(scoredAfter([true, true, true, false])).toMatchObject([{ path: 'xss' }]);
  });

  it('names a page that a script reads though users alone ask for it', () => {
    const named = { event: 'plant', timeUs: 1, parameter: 'body', fields: false, pages: ['/notes'] };
    const read = (fetchDest: 'empty' | 'document'): WebRequest[] => [
      request({
        atMs: T,
        who: 'eve',
        path: '/notes',
        scripts: [{ kind: 'inline', digest: 'd', from: { event: 'plant', timeUs: 1, parameter: 'body' } }],
      }),
      request({
        atMs: T + 80,
        who: 'eve',
        path: '/form',
        refererPath: '/notes',
        fetchMode: fetchDest === 'empty' ? 'cors' : 'navigate',
        fetchDest,
        fetchUser: fetchDest === 'document',
        namedInScript: named,
      }),
    ];
    expect(detect(...read('empty'))).toMatchObject([{ path: 'xss', finding: 'script-acted' }]);
    expect(detect(...read('document'))).toEqual([]);
  });

  it('names a page that learning saw seldom, where a script that came in names all that it is asked with', () => {
    const read = (fields: boolean): WebRequest[] => [
      request({
        atMs: T,
        who: 'eve',
        path: '/notes',
        scripts: [{ kind: 'inline', digest: 'd', from: { event: 'plant', timeUs: 1, parameter: 'body' } }],
      }),
      request({
        atMs: T + 80,
        who: 'eve',
        path: '/yearbook',
        refererPath: '/notes',
        fetchMode: 'cors',
        fetchDest: 'empty',
        fetchUser: false,
        parameters: [parameter({ name: 'year', where: 'query' })],
        namedInScript: { event: 'plant', timeUs: 1, parameter: 'body', fields, pages: ['/notes'] },
      }),
    ];
    expect(detect(...read(true))).toMatchObject([{ path: 'xss', finding: 'script-acted' }]);
    expect(detect(...read(false))).toEqual([]);
  });

  it('names what a script did that came to its page as data, by an operation that pages never ask for', () => {
    const brought = { kind: 'inline' as const, digest: 'd', from: { event: 'plant', timeUs: 1, parameter: 'body' } };
    const acted = (data: string): WebRequest[] => [
      request({ atMs: T, who: 'eve', path: '/form' }),
      request({
        atMs: T + 50,
        who: 'eve',
        path: '/api/list',
        refererPath: data,
        contentType: 'application/json',
        scripts: [brought],
      }),
      request({
        atMs: T + 900,
        who: 'eve',
        method: 'POST',
        path: '/save',
        route: 'operation=mutation rename',
        origin: 'same',
        refererPath: '/form',
        fetchMode: 'cors',
        fetchDest: 'empty',
        fetchUser: false,
        namedInScript: { event: 'plant', timeUs: 1, parameter: 'body', fields: true, pages: [] },
      }),
    ];
    const told = (data: string): string[] =>
      detect(...acted(data)).flatMap(({ finding, evidence }) => [finding, ...evidence.map(({ kind }) => kind)]);
    expect(told('/form')).toEqual(expect.arrayContaining(['script-acted', 'script-served', 'new-action']));
    expect(told('/elsewhere')).not.toContain('script-served');
  });

  it("does not take a user's own write for a script's because some text names it", () => {
    const [start, form, save] = sends({ form: 'word', length: 6 });
    const named = { event: 'plant', timeUs: 1, parameter: 'body', fields: true, pages: ['/notes'] };
    expect(detect(start!, form!, { ...save!, namedInScript: named })).toEqual([]);
  });

  it('names a write of another site, whatever page came before', () => {
    const [start, form, save] = sends({ form: 'word', length: 6 });
    const forged = { ...save!, fetchSite: 'cross-site', origin: 'foreign', referer: 'foreign' } as const;
    expect(detect(start!, form!, forged)).toMatchObject([{ path: 'csrf', finding: 'forged-request' }]);
  });

  it('tells what a site that nobody knows embeds from what a known one does, and from a link that is followed', () => {
    const learner = webLearner({ application: 'shop', workload: 'web' });
    const foreign = { referer: 'foreign', refererPath: undefined, fetchSite: 'cross-site' } as const;
    const paid = (i: number): WebRequest =>
      request({
        atMs: i * 10_000 + 9_000,
        who: `user${i % 9}`,
        method: 'POST',
        path: '/paid',
        ...foreign,
        origin: 'foreign',
        foreignSite: 'bank',
      });
    const watch = (atMs: number, parts: Partial<WebRequest> = {}): WebRequest => {
      const writes = [{ outline: 'insert into watchers', writes: true, columnsWritten: ['who'], failed: false }];
      return request({
        atMs,
        path: '/watch',
        parameters: [parameter({ name: 'on', where: 'query' })],
        statements: writes,
        ...parts,
      });
    };
    for (let i = 0; i < 60; i++) {
      for (const event of [...plain(i), paid(i), ...(i % 4 === 0 ? [watch(i * 10_000 + 9_500)] : [])])
        learner.learn(event);
    }
    for (let i = 60; i < 80; i++) for (const event of [...plain(i), paid(i)]) learner.calibrate(event);
    const ready = webDetector.prepare(learner.finish(), { falseAlertsPerDay: 1 });
    const asked = (foreignSite: string, who: Partial<WebRequest>): readonly VerdictMessage[] =>
      webDetector.step(webDetector.start(), watch(T, { ...foreign, ...who, foreignSite }), ready);
    const framed = { fetchMode: 'navigate', fetchDest: 'frame' } as const;
    const followed = { fetchMode: 'navigate', fetchDest: 'document' } as const;
    expect(asked('bank', framed)).toEqual([]);
    expect(asked('evil', framed)).toMatchObject([{ path: 'csrf', finding: 'forged-request' }]);
    expect(asked('evil', followed)).toEqual([]);
  });

  it('tells what a session does after it was caught, and counts the time from what was told by itself', () => {
    const reaches = (second: number, grade: 2 | 3): WebRequest => {
      const act = grade === 3 ? climb(3) : ({ kind: 'traversal', grade, tokens: 'sensitive file' } as const);
      const file = parameter({ name: 'file', where: 'query', length: 20 + second, acts: [act] });
      return request({ atMs: T + second * 1_000, who: 'eve', path: '/form', parameters: [file] });
    };
    const state = webDetector.start();
    const told = (event: WebRequest): number =>
      webDetector.step(state, event, model).filter(({ type }) => type === 'verdict').length;
    expect(told(reaches(0, 2))).toBe(0);
    const caught = reaches(1, 3);
    expect(told(caught)).toBe(1);
    expect(told(reaches(30, 2))).toBe(1);
    expect(told(reaches(60, 2))).toBe(1);
    expect(state.caught).toEqual({ path: 'path-traversal', timeUs: caught.timeUs });
    expect(told(reaches(1_200, 2))).toBe(0);
  });

  it('names a request for an uploaded program', () => {
    const asksUpload = { event: 'upload', timeUs: 1, parameter: 'picture' };
    expect(detect(request({ atMs: T, path: '/form', asksUpload }))).toMatchObject([{ path: 'web-shell' }]);
    expect(detect(request({ atMs: T, path: '/form' }))).toEqual([]);
  });

  it('names a program that comes as a picture, and no picture', () => {
    const upload = (holds: 'program' | 'other'): WebRequest =>
      request({ atMs: T, who: 'bob', path: '/form', files: [{ parameter: 'picture', named: 'other', holds }] });
    expect(detect(upload('program'))).toMatchObject([{ path: 'web-shell', finding: 'program-uploaded' }]);
    expect(detect(upload('other'))).toEqual([]);
  });
});
