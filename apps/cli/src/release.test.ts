import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly { readonly license: { readonly id: string } }[];
}

interface Bill {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

interface Parts {
  changesOf(changelog: string, version: string): string | undefined;
  billOfMaterials(bill: unknown, lock: unknown): Bill;
  foreignLicences(bill: Pick<Bill, 'components'>): string[];
  severeVulnerabilities(report: unknown): string[] | undefined;
}

describe('a release', () => {
  let parts: Parts;
  beforeAll(async () => {
    // A name in a variable: the script is not compiled.
    const path: string = `${ROOT}/deploy/release-parts.mjs`;
    parts = (await import(path)) as Parts;
  });

  it('installs nothing under a licence that nobody has agreed to, and lists what it installs', () => {
    const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
    const all: unknown = JSON.parse(
      execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }),
    );
    const lock: unknown = JSON.parse(readFileSync(`${ROOT}/package-lock.json`, 'utf8'));
    const bill = parts.billOfMaterials(all, lock);
    expect(bill.metadata.component.name).toBe('plimsoll');
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['kafkajs', 'ioredis', 'commander', 'zod']));
    expect(names).not.toContain('vitest');
    expect(parts.foreignLicences(bill)).toEqual([]);
  }, 60_000);

  it('names what has another licence, or none', () => {
    const component = { name: 'some', version: '1.0.0', purl: 'pkg:npm/some@1.0.0' };
    const copyleft = { ...component, licenses: [{ license: { id: 'AGPL-3.0-only' } }] };
    expect(parts.foreignLicences({ components: [copyleft] })).toEqual(['some@1.0.0: AGPL-3.0-only']);
    expect(parts.foreignLicences({ components: [component] })).toEqual(['some@1.0.0: none']);
  });

  it('is stopped by vulnerabilities of high severity, and knows an audit that was not answered', () => {
    const entry = (name: string, severity: string): object => ({ [name]: { name, severity } });
    const vulnerabilities = { ...entry('a', 'moderate'), ...entry('b', 'high'), ...entry('c', 'critical') };
    const report = { auditReportVersion: 2, vulnerabilities };
    expect(parts.severeVulnerabilities(report)).toEqual(['b: high', 'c: critical']);
    expect(parts.severeVulnerabilities({ ...report, vulnerabilities: {} })).toEqual([]);
    expect(parts.severeVulnerabilities({ message: '405 Method Not Allowed' })).toBeUndefined();
  });

  it('tells what the changelog tells of its version', () => {
    const changelog =
      '# Changelog\n\n## Unreleased\n\n- new\n\n## 0.2.0 (2026-12-01)\n\n- this\n- that\n\n## 0.1.0\n\n- first\n';
    expect(parts.changesOf(changelog, '0.2.0')).toBe('- this\n- that\n\n');
    expect(parts.changesOf(changelog, '0.1.0')).toBe('- first\n');
    expect(parts.changesOf(changelog, '0.2')).toBeUndefined();
  });
});
