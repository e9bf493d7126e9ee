import { MAX_TOLD_LOSSES, type ToldLoss, type WatchStore } from '@plimsoll/incidents';

import type { RedisConnection } from './redis-connection.js';

/** How long a loss that is not over is remembered after the last that was told. */
const TOLD_TTL_MS = 90 * 86_400_000;

/** What was told of the watch, in Redis: a hash of losses and a key of whoever tells. */
export class RedisWatchStore implements WatchStore {
  private readonly leader: string;
  private readonly losses: string;

  constructor(private readonly connection: RedisConnection) {
    const tag = `${connection.keyPrefix}:{watch}`;
    this.leader = `${tag}:leader`;
    this.losses = `${tag}:told`;
  }

  async lead(holder: string, forMs: number): Promise<boolean> {
    if ((await this.connection.call('SET', this.leader, holder, 'NX', 'PX', forMs)) !== null) return true;
    const leader = await this.connection.call('GET', this.leader);
    if (!Buffer.isBuffer(leader) || leader.toString('utf8') !== holder) return false;
    // Where the time ran out between the two, another leads too for a moment: what both tell has one id.
    await this.connection.call('PEXPIRE', this.leader, forMs);
    return true;
  }

  async told(): Promise<readonly ToldLoss[]> {
    const values = await this.connection.call('HVALS', this.losses);
    return (Array.isArray(values) ? values : []).map((value) => JSON.parse(String(value)) as ToldLoss);
  }

  async remember(loss: ToldLoss): Promise<void> {
    if (Number(await this.connection.call('HLEN', this.losses)) >= MAX_TOLD_LOSSES) return;
    await this.connection.call('HSET', this.losses, loss.id, JSON.stringify(loss));
    await this.connection.call('PEXPIRE', this.losses, TOLD_TTL_MS);
  }

  async forget(id: string): Promise<void> {
    await this.connection.call('HDEL', this.losses, id);
  }
}
