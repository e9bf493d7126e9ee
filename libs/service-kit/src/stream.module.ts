import { Controller, type DynamicModule, Inject, Module, type Type, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

import { EVENT_LOG } from './event-log-transport.js';
import { OriginalErrorFilter } from './original-error.filter.js';
import { PartitionContext } from './partition-context.js';

const PROCESSOR = Symbol('processor');

/** Hands the batches of one topic to a processor: what Nest's message handlers are here. */
@Module({})
export class StreamModule {
  static over(topic: string, processor: PartitionHandler): DynamicModule {
    return {
      module: StreamModule,
      controllers: [controllerOf(topic)],
      providers: [{ provide: PROCESSOR, useValue: processor }],
    };
  }
}

/** A class for each topic: a pattern is part of the decorated class. */
function controllerOf(topic: string): Type {
  @Controller()
  @UseFilters(OriginalErrorFilter)
  class StreamController {
    readonly #processor: PartitionHandler;

    constructor(@Inject(PROCESSOR) processor: PartitionHandler) {
      this.#processor = processor;
    }

    @EventPattern<string>(topic, EVENT_LOG)
    take(@Payload() records: readonly LogRecord[], @Ctx() { partition, batch }: PartitionContext): Promise<void> {
      return this.#processor.batch(partition, records, batch);
    }
  }
  return StreamController;
}
