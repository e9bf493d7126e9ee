import { Controller, type DynamicModule, Inject, Module, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@plimsoll/contracts';
import { EVENT_LOG, OriginalErrorFilter, PartitionContext } from '@plimsoll/service-kit';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

const PROCESSOR = Symbol('processor');

/** Batches of calls in, verdicts on their order out. */
@Controller()
@UseFilters(OriginalErrorFilter)
export class SequenceDetectorController {
  readonly #processor: PartitionHandler;

  constructor(@Inject(PROCESSOR) processor: PartitionHandler) {
    this.#processor = processor;
  }

  @EventPattern<string>(TOPICS.syscalls.name, EVENT_LOG)
  judge(@Payload() records: readonly LogRecord[], @Ctx() { partition, batch }: PartitionContext): Promise<void> {
    return this.#processor.batch(partition, records, batch);
  }
}

@Module({})
export class SequenceDetectorModule {
  static over(processor: PartitionHandler): DynamicModule {
    return {
      module: SequenceDetectorModule,
      controllers: [SequenceDetectorController],
      providers: [{ provide: PROCESSOR, useValue: processor }],
    };
  }
}
