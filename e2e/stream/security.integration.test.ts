import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { applyTopics, KafkaLog, type KafkaOptions } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection } from '@plimsoll/redis-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeCertificates, type Certificates } from '../servers/certificates.js';
import { freePort, hasProgram, startLocalKafka, startLocalRedis } from '../servers/index.js';

const programs = await Promise.all(['java', 'mvn', 'redis-server', 'openssl'].map((name) => hasProgram(name)));
const possible = programs.every(Boolean);
if (!possible) process.stderr.write('No java, mvn, redis-server and openssl here: TLS and passwords are not tested.\n');

const PASSWORD = 'correct horse; battery=staple';

if (possible) {
  describe('encrypted and authenticated connections', () => {
    let directory: string;
    let certificates: Certificates;
    const closing: { close(): Promise<void> }[] = [];
    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'plimsoll-tls-'));
      certificates = await makeCertificates(directory);
    });
    afterAll(async () => {
      await Promise.allSettled(closing.map((one) => one.close()));
      await rm(directory, { recursive: true, force: true });
    });

    it('reach Redis by TLS with user and password, and say what is wrong without repeating it', async () => {
      const { caFile, certFile, keyFile, ca } = certificates;
      const tlsPort = await freePort();
      const users = join(directory, 'users.acl');
      const rules = `~plimsoll:* +@all -@admin`;
      await writeFile(
        users,
        `user default on nopass ~* +@all\nuser plimsoll on >${PASSWORD.replaceAll(' ', '')} ${rules}\n`,
      );
      const redis = await startLocalRedis({
        settings: {
          'tls-port': String(tlsPort),
          'tls-cert-file': certFile,
          'tls-key-file': keyFile,
          'tls-ca-cert-file': caFile,
          'tls-auth-clients': 'no',
          aclfile: users,
        },
      });
      closing.push(redis);
      const options = parseRedisUrl(`rediss://127.0.0.1:${tlsPort}`);
      const good = { ...options, tls: { ca }, username: 'plimsoll', password: PASSWORD.replaceAll(' ', '') };
      const connection = new RedisConnection(good);
      closing.push(connection);
      await connection.ready();
      expect(await connection.call('SET', 'plimsoll:a', 'b', 'PX', 1_000)).toEqual(Buffer.from('OK'));
      await expect(connection.call('SET', 'other:a', 'b')).rejects.toMatchObject({ code: 'bad-configuration' });

      const wrong = new RedisConnection({ ...good, password: 'wrong-password-of-mine' });
      closing.push(wrong);
      await expect(wrong.ready(1_000)).rejects.toThrow(/WRONGPASS/);
      await expect(wrong.ready(200)).rejects.not.toThrow(/wrong-password-of-mine/);
      const distrusting = new RedisConnection({ ...good, tls: {} });
      closing.push(distrusting);
      await expect(distrusting.ready(1_000)).rejects.toThrow(/the server's certificate is not trusted/);

      const expired = await makeCertificates(await mkdtemp(join(directory, 'expired-')), -1);
      const present = ({ certFile, keyFile, caFile }: Certificates): Promise<string> =>
        redis.command(
          ...['CONFIG', 'SET', 'tls-cert-file', certFile],
          ...['tls-key-file', keyFile, 'tls-ca-cert-file', caFile],
        );
      expect(await present(expired)).toBe('OK');
      expect(await connection.health()).toEqual({ ready: true });
      const late = new RedisConnection({ ...good, tls: { ca: ca + expired.ca } });
      closing.push(late);
      await expect(late.ready(1_000)).rejects.toThrow(/the server's certificate has expired \(CERT_HAS_EXPIRED\)/);
      // Renewed: who waits connects by itself, and who was connected never noticed.
      expect(await present(certificates)).toBe('OK');
      await late.ready(10_000);
      expect(await connection.health()).toEqual({ ready: true });
    });

    it('reach Kafka by TLS with SCRAM', async () => {
      const { certFile, keyFile, ca } = certificates;
      const keyStore = join(directory, 'server.keystore.pem');
      await writeFile(keyStore, (await readFile(keyFile, 'utf8')) + (await readFile(certFile, 'utf8')));
      const scramPort = await freePort();
      const login = `org.apache.kafka.common.security.scram.ScramLoginModule required;`;
      const kafka = await startLocalKafka(1, {
        extraListener: { name: 'SECURE', protocol: 'SASL_SSL', port: scramPort },
        scramUsers: [{ name: 'plimsoll', password: 'pass-word' }],
        settings: {
          'ssl.keystore.type': 'PEM',
          'ssl.keystore.location': keyStore,
          'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
          'listener.name.secure.scram-sha-512.sasl.jaas.config': login,
        },
      });
      closing.push(kafka);
      const secure: KafkaOptions = {
        brokers: [`127.0.0.1:${scramPort}`],
        tls: { ca },
        sasl: { mechanism: 'scram-sha-512', username: 'plimsoll', password: 'pass-word' },
      };
      const name = `test-${randomUUID()}`;
      await applyTopics(secure, [{ name, partitions: 1, retentionMs: 3_600_000, compacted: false, key: 'any' }]);
      const log = new KafkaLog(secure);
      closing.push(log);
      await log.publish([{ topic: name, key: 'a', value: Buffer.from('text') }]);
      const wrong = new KafkaLog({ ...secure, sasl: { ...secure.sasl!, password: 'not-it' } });
      closing.push(wrong);
      const publishing = wrong.publish([{ topic: name, key: 'a', value: Buffer.from('text') }]);
      await expect(publishing).rejects.toMatchObject({ code: 'bad-configuration' });
      await expect(publishing).rejects.not.toThrow(/not-it/);
      const distrusting = new KafkaLog({ ...secure, tls: {} });
      closing.push(distrusting);
      await expect(distrusting.publish([{ topic: name, key: 'a', value: Buffer.from('text') }])).rejects.toThrow(
        /the broker's certificate is not trusted/,
      );
      expect(await distrusting.health()).toMatchObject({ ready: false });
    });
  });
}
