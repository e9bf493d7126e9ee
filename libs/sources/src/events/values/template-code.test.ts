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
