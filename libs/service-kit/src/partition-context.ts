import { BaseRpcContext } from '@nestjs/microservices';
import type { BatchContext } from '@plimsoll/streaming';

/** What a handler is told beside the records of a batch: `@Ctx()` of an `@EventPattern` method. */
export class PartitionContext extends BaseRpcContext<[string, number, BatchContext]> {
  get topic(): string {
    return this.args[0];
  }

  get partition(): number {
    return this.args[1];
  }

  /** The log's side of the batch: ownership, heartbeat, seek. */
  get batch(): BatchContext {
    return this.args[2];
  }
}
