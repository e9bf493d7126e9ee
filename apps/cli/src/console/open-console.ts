import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Imported when a console is asked for: the other commands start without Nest's code.
import {
  AccessTokens,
  alertConsumers,
  DeadLetterWatch,
  localServer,
  newToken,
  PipelineWatch,
} from '@plimsoll/alert-api';
import { PlimsollError } from '@plimsoll/contracts';
import type { Budget } from '@plimsoll/detection';
import type { IncidentStore, WatchStore } from '@plimsoll/incidents';
import { allowedAlerts } from '@plimsoll/pipelines';
import type { EventLog, ProfileStore, StateStore, StreamObserver } from '@plimsoll/streaming';

/** From `dist/console/` to the built console. */
const FOLDER = fileURLToPath(new URL('../../../console/dist', import.meta.url));
const HOST = '127.0.0.1';

/** What the console shows and changes: in memory, or on Kafka and Redis. */
export interface ConsoleParts {
  readonly log: EventLog;
  readonly incidents: IncidentStore;
  readonly profiles: ProfileStore;
  readonly states: StateStore;
  readonly told: WatchStore;
  readonly budget: Budget;
}

export interface OpenConsole {
  /** Signs whoever opens it in. */
  readonly url: string;
  /** Takes what fusion reports of its partitions. */
  readonly observer: StreamObserver;
  close(): Promise<void>;
}

/**
 * The alert service's readers, its interface and the console, on this machine alone. The token that signs in is made
 * anew each time, may do everything, and ends with the process. Throws `unavailable` where `port` is taken; 0 takes a
 * free one.
 */
export async function openConsole(parts: ConsoleParts, port: number): Promise<OpenConsole> {
  if (!existsSync(FOLDER)) {
    throw new PlimsollError('bad-configuration', 'the console is not built: run npm run build first');
  }
  const watch = new PipelineWatch();
  const deadLetters = new DeadLetterWatch();
  const allowed = { total: parts.budget.falseAlertsPerDay, shares: allowedAlerts(parts.budget) };
  const { token, sha256 } = newToken();
  const tokens = AccessTokens.parse(JSON.stringify({ tokens: [{ name: 'you', role: 'admin', sha256 }] }));
  const observer: StreamObserver = () => undefined;
  const waiting = (): void => undefined;
  const consumers = alertConsumers({ ...parts, observer, webhooks: [], watch, deadLetters, waiting });
  const server = await localServer({ ...parts, dependencies: consumers, watch, deadLetters, allowed, tokens }, FOLDER);
  try {
    await server.listen(port, HOST);
  } catch (cause) {
    await server.close();
    throw new PlimsollError(
      'unavailable',
      `port ${port} of ${HOST} is taken or not allowed; choose another with --port`,
      {
        cause,
      },
    );
  }
  for (const consumer of consumers) await consumer.start?.();
  return {
    // Behind the #, where no server or log sees it.
    url: `${(await server.getUrl()).replace(/\/$/, '')}/console/sign-in#token=${token}`,
    observer: (event) => {
      watch.observe(event);
    },
    close: async () => {
      for (const consumer of consumers) await consumer.stop?.();
      await server.close();
    },
  };
}
