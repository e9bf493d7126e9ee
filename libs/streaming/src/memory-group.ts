import type { ConsumeOptions } from './event-log.js';
import type { MemoryAssignment } from './memory-assignment.js';

interface Member {
  readonly options: ConsumeOptions;
}

/** The consumers of one group on one topic: shares the partitions among them and keeps the group's positions. */
export class MemoryGroup {
  readonly committed = new Map<number, number>();
  private readonly members: Member[] = [];
  private readonly owned = new Map<number, { readonly member: Member; readonly assignment: MemoryAssignment }>();
  private moves: Promise<void> = Promise.resolve();

  constructor(
    private readonly partitions: number,
    private readonly assign: (options: ConsumeOptions, partition: number, group: MemoryGroup) => MemoryAssignment,
  ) {}

  get active(): boolean {
    return this.members.length > 0;
  }

  /** The position of the group in a partition: what its owner has read, or the group has kept. */
  position(partition: number): number | undefined {
    return this.owned.get(partition)?.assignment.position ?? this.committed.get(partition);
  }

  /** Adds a consumer and moves its share of the partitions to it; the result takes it away again. */
  async join(options: ConsumeOptions): Promise<() => Promise<void>> {
    const member: Member = { options };
    this.members.push(member);
    await this.rebalance();
    return async () => {
      const at = this.members.indexOf(member);
      if (at >= 0) this.members.splice(at, 1);
      await this.rebalance();
    };
  }

  private async rebalance(): Promise<void> {
    const before = this.moves;
    this.moves = (async () => {
      await before;
      await this.moveAll();
    })();
    await this.moves;
  }

  private async moveAll(): Promise<void> {
    const leaving: Promise<void>[] = [];
    for (const [partition, { member, assignment }] of this.owned) {
      if (this.ownerOf(partition) === member) continue;
      leaving.push(assignment.release().finally(() => this.owned.delete(partition)));
    }
    await Promise.all(leaving);
    for (let partition = 0; partition < this.partitions; partition += 1) {
      const member = this.ownerOf(partition);
      if (member === undefined || this.owned.has(partition)) continue;
      this.owned.set(partition, { member, assignment: this.assign(member.options, partition, this) });
    }
  }

  private ownerOf(partition: number): Member | undefined {
    return this.members[partition % Math.max(1, this.members.length)];
  }
}
