import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { PlimsollError } from '@plimsoll/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readConfiguration, type Environment } from './environment.js';
import { kafkaSettings } from './kafka-settings.js';
import { redisSettings, type RedisAccess } from './redis-settings.js';
import { serviceSettings } from './service-settings.js';

/** A parser of addresses, as an adapter brings one. */
function parseUrl(text: string): RedisAccess & { readonly host: string } {
  const url = new URL(text);
  if (!/^rediss?:$/.test(url.protocol)) throw new PlimsollError('bad-configuration', 'must be redis:// or rediss://');
  const { hostname: host, username, password } = url;
  return { host, username, password: decodeURIComponent(password), ...(url.protocol === 'rediss:' && { tls: {} }) };
}

const sections = { service: serviceSettings, kafka: kafkaSettings, redis: redisSettings(parseUrl) };
const enough: Environment = { KAFKA_BROKERS: 'one:9092, two:9093', REDIS_URL: 'redis://store:6380/2' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'configuration-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function secretFile(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(environment: Environment): string {
  try {
    readConfiguration(sections, environment);
  } catch (error) {
    if (error instanceof PlimsollError && error.code === 'bad-configuration') return error.message;
    throw error;
  }
  return '';
}

describe('readConfiguration', () => {
  it('makes one frozen object with defaults', () => {
    const configuration = readConfiguration(sections, enough);
    expect(configuration).toEqual({
      service: { httpHost: '0.0.0.0', httpPort: 8080, trustedProxies: [], logLevel: 'info', stopTimeoutMs: 25_000 },
      kafka: { brokers: ['one:9092', 'two:9093'] },
      redis: { host: 'store', username: '', password: '' },
    });
    expect(Object.isFrozen(configuration.kafka.brokers)).toBe(true);
  });

  it('trusts proxies by address or network, and never everybody', () => {
    const trusted = (HTTP_TRUSTED_PROXIES: string): readonly string[] =>
      readConfiguration(sections, { ...enough, HTTP_TRUSTED_PROXIES }).service.trustedProxies;
    expect(trusted('10.0.0.0/8, 192.0.2.7,fd00::/8')).toEqual(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);
    for (const wrong of ['0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/8/8', 'proxy.internal', '10.0.0.0/']) {
      expect(problemsOf({ ...enough, HTTP_TRUSTED_PROXIES: wrong }), wrong).toContain('HTTP_TRUSTED_PROXIES');
    }
  });

  it('tells every problem of every section at once', () => {
    const problems = problemsOf({
      HTTP_PORT: '80800',
      LOG_LEVEL: 'loud',
      KAFKA_BROKERS: 'no-port',
      KAFKA_SASL_USERNAME: 'plimsoll',
      KAFKA_TLS_CERT: 'only half of the pair',
    });
    expect(problems).toMatch(/^7 settings are wrong:/);
    for (const name of [
      'HTTP_PORT',
      'LOG_LEVEL',
      'KAFKA_BROKERS',
      'KAFKA_SASL_MECHANISM',
      'KAFKA_TLS_CERT',
      'REDIS_URL',
    ]) {
      expect(problems).toContain(`\n  ${name}: `);
    }
  });

  it('reads any setting from a file, without its last line end', () => {
    const { kafka, redis } = readConfiguration(sections, {
      ...enough,
      KAFKA_TLS: 'true',
      KAFKA_TLS_CA_FILE: secretFile('ca.pem', '-----BEGIN CERTIFICATE-----\n'),
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'plimsoll',
      KAFKA_SASL_PASSWORD_FILE: secretFile('kafka', 'one two\n'),
      REDIS_PASSWORD_FILE: secretFile('redis', 'three'),
    });
    expect(kafka.tls?.ca).toBe('-----BEGIN CERTIFICATE-----');
    expect(kafka.sasl).toEqual({ mechanism: 'scram-sha-512', username: 'plimsoll', password: 'one two' });
    expect(redis.password).toBe('three');
  });

  it('says which file it cannot read, and refuses a setting given twice', () => {
    expect(problemsOf({ ...enough, REDIS_PASSWORD_FILE: '/nowhere/at/all' })).toContain(
      'REDIS_PASSWORD_FILE: cannot read /nowhere/at/all (ENOENT)',
    );
    expect(problemsOf({ ...enough, REDIS_PASSWORD: 'a', REDIS_PASSWORD_FILE: '/nowhere' })).toContain(
      'REDIS_PASSWORD: given twice',
    );
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfiguration(sections, { ...enough, LOG_LEVEL: '' }).service.logLevel).toBe('info');
    expect(problemsOf({ ...enough, REDIS_URL: '' })).toContain('REDIS_URL: the environment variable is not set');
  });

  it.each(['redis://user:sesame%zz@store', 'http://user:sesame@store', 'user:sesame@store', 'sesame'])(
    'never repeats a value that may hold a secret: %s',
    (url) => {
      const problems = problemsOf({ ...enough, REDIS_URL: url });
      expect(problems).toMatch(/REDIS_URL: (must|is not)/);
      expect(problems).not.toContain('sesame');
    },
  );

  it('prefers the settings beside the address of Redis to what the address holds', () => {
    const { redis } = readConfiguration(sections, {
      ...enough,
      REDIS_URL: 'rediss://someone:old@store',
      REDIS_PASSWORD: 'new',
      REDIS_TLS_CA: 'pem',
    });
    expect(redis).toEqual({ host: 'store', username: 'someone', password: 'new', tls: { ca: 'pem' } });
  });
});
