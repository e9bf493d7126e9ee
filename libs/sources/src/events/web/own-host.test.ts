import { describe, expect, it } from 'vitest';

import type { AccessLine } from '../../access-log/access-line.js';
import { accessLine } from '../../access-log/any-line.js';

import { OwnHost } from './own-host.js';

function line(client: number, target: string, referer: string): AccessLine {
  const time = '29/Nov/2026:10:00:00 +0000';
  const read = accessLine(`192.0.2.${client} - - [${time}] "GET ${target} HTTP/1.1" 200 7 "${referer}" "Firefox"`);
  if (read === undefined) throw new Error('no line');
  return read;
}

/** Each of 40 clients looks at three pages one after another, under one of two names. */
function visits(hosts: OwnHost, name: (client: number) => string): void {
  for (let client = 1; client <= 40; client++) {
    const site = `http://${name(client)}`;
    hosts.of(line(client, '/index.php?r=list', '-'));
    hosts.of(line(client, '/index.php?r=item&id=4', `${site}/index.php?r=list`));
    hosts.of(line(client, '/index.php?r=order', `${site}/index.php?r=item&id=4`));
  }
}

describe('the own host of a log that records none', () => {
  it('is what most referers name', () => {
    const hosts = new OwnHost();
    visits(hosts, () => 'shop.example');
    expect(hosts.of(line(7, '/index.php?r=pay', 'http://pay.example/'))).toBe('shop.example');
  });

  it('may have a second name, where its pages are ours', () => {
    const hosts = new OwnHost();
    visits(hosts, (client) => (client % 4 === 0 ? '10.0.0.7:8080' : 'shop.example'));
    expect(hosts.of(line(4, '/index.php?r=pay', 'http://10.0.0.7:8080/index.php?r=order'))).toBe('10.0.0.7:8080');
    expect(hosts.of(line(5, '/index.php?r=pay', 'http://shop.example/index.php?r=order'))).toBe('shop.example');
  });

  it('is no stranger, however many come from it, whatever page it names', () => {
    const hosts = new OwnHost();
    visits(hosts, () => 'shop.example');
    for (let client = 1; client <= 40; client++) {
      expect(hosts.of(line(client, '/index.php?r=gift', 'http://evil.example/'))).toBe('shop.example');
      expect(hosts.of(line(client, '/index.php?r=gift', 'http://evil.example/win'))).toBe('shop.example');
    }
  });

  it('is no stranger who names one of our pages now and then', () => {
    const hosts = new OwnHost();
    visits(hosts, () => 'shop.example');
    for (let client = 1; client <= 4; client++) {
      expect(hosts.of(line(client, '/index.php?r=gift', 'http://evil.example/index.php?r=list'))).toBe('shop.example');
    }
  });

  it('remembers little, whatever clients ask for', () => {
    const hosts = new OwnHost();
    for (let n = 0; n < 100_000; n++) hosts.of(line(n % 250, `/${n}`, `http://h${n}.example/${n}`));
    expect(hosts.of(line(1, '/', 'http://h0.example/0'))).toBe('h0.example');
  });
});
