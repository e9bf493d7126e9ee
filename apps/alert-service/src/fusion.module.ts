import { Controller, type DynamicModule, Inject, Module, UseFilters } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { TOPICS } from '@plimsoll/contracts';
import { EVENT_LOG, OriginalErrorFilter, PartitionContext } from '@plimsoll/service-kit';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';

const PROCESSOR = Symbol('processor');

/** Verdicts of every level in, incidents out. */
@Controller()
@UseFilters(OriginalErrorFilter)
export class FusionController {
  readonly #processor: PartitionHandler;

  constructor(@Inject(PROCESSOR) processor: PartitionHandler) {
    this.#processor = processor;
  }

  @EventPattern<string>(TOPICS.verdicts.name, EVENT_LOG)
  fuse(@Payload() records: readonly LogRecord[], @Ctx() { partition, batch }: PartitionContext): Promise<void> {
    return this.#processor.batch(partition, records, batch);
  }
}

@Module({})
export class FusionModule {
  static over(processor: PartitionHandler): DynamicModule {
    return {
      module: FusionModule,
      controllers: [FusionController],
      providers: [{ provide: PROCESSOR, useValue: processor }],
    };
  }
}
