import { describe, expect, it } from 'vitest';

import { readAsTemplate } from './template-code.js';

describe('PHP in a value', () => {
  it.each([
    "<?php echo 'hello'; ?> is what every tutorial begins with",
    'Why does my page show <?php print $title ?> as it stands?',
  ])('is told of in %j', (text) => {
    expect(readAsTemplate(text)).toMatchObject({ kind: 'code', grade: 2 });
  });

  it.each([
    "<?php echo 'hello';",
    '<?php system($_GET["c"]); ?> is what every tutorial begins with',
    'Why does my page show <?php $f = "sys"; $f("id") ?> as it stands?',
    'Why does my page show <?= `id` ?> as it stands?',
  ])('serves an attacker in %j', (text) => {
    expect(readAsTemplate(text)).toMatchObject({ kind: 'code', grade: 3 });
  });
});

const PICKLE = Buffer.from(
  '\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.',
  'latin1',
);
const PLAIN_PICKLE = Buffer.from('\x80\x04\x95\x0c\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s.', 'latin1');

describe('objects and expressions that run as they are read', () => {
  it.each([
    ['an object of Python', PICKLE.toString('base64')],
    ['an old one', "cposix\nsystem\n(S'id'\ntR."],
    ['one of .NET', 'AAEAAAD/////AQAAAAAAAAAMAgAAAElTeXN0ZW0'],
    ['one of Node', '{"a":"_$$ND_FUNC$$_function(){return 7}()"}'],
    ['YAML of Python', '!!python/object/apply:os.system ["id"]'],
    ['YAML of Java', '!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader []]'],
    ['YAML of Ruby', '--- !ruby/object:Gem::Installer\ni: x'],
    ['a filter by the name of a function', "{{ ['id', 0]|sort('passthru') }}"],
    ['a folder by ERB', '<%= Dir.entries("/srv") %>'],
    ['a call in Smarty', '{passthru("id")}'],
  ])('%s', (_, text) => {
    expect(readAsTemplate(text)).toMatchObject({ grade: 3 });
  });

  it.each([
    ['data of Python', PLAIN_PICKLE.toString('base64')],
    ['a token that begins alike', 'gASVb29rIG9mIHRoZSBkZWFkIGFuZCBzbyBvbg=='],
    ['a list', 'cost\nsystem\nparts'],
    ['a mark of joy', 'wow!! java is great!! python too'],
    ['a sorted column', "{{ rows|sort(attribute='name')|map(attribute='id')|join(', ') }}"],
    ['a file in prose', '{{ Filename }} and the Directory.'],
    ['a block of code', 'function f() {\n  evaluate(x);\n}'],
  ])('is not in %s', (_, text) => {
    expect(readAsTemplate(text)?.grade ?? 0).toBeLessThan(3);
  });
});
