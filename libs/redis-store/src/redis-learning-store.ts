import type { LearningStore } from '@plimsoll/streaming';

import type { RedisConnection } from './redis-connection.js';
import { learningKey } from './redis-keys.js';
import { redisScript } from './redis-script.js';

const saveLearning = redisScript('save-learning');

/** Learning in Redis: one hash a learning. */
export class RedisLearningStore implements LearningStore {
  constructor(private readonly connection: RedisConnection) {}

  async load(learning: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const reply = await this.connection.call('HGETALL', this.key(learning));
    const items: unknown[] = Array.isArray(reply) ? reply : [];
    const parts = new Map<string, Uint8Array>();
    for (let i = 0; i + 1 < items.length; i += 2) {
      const [name, bytes] = [items[i], items[i + 1]];
      if (Buffer.isBuffer(name) && Buffer.isBuffer(bytes)) parts.set(name.toString('utf8'), bytes);
    }
    return parts;
  }

  async save(learning: string, parts: ReadonlyMap<string, Uint8Array>, ttlMs: number): Promise<void> {
    await this.connection.run(saveLearning, [this.key(learning)], [ttlMs, ...[...parts].flat()]);
  }

  async remove(learning: string): Promise<void> {
    await this.connection.call('DEL', this.key(learning));
  }

  private key(learning: string): string {
    return learningKey(this.connection.keyPrefix, learning);
  }
}
