import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app';
import { openLocalSocket } from './cli/local-socket';
import type { Config } from './platform/config';
import { Logs } from './platform/telemetry/logs';

/** Starts, listens, and stops when it is asked to: nothing is lost in between. Used by main.ts and by the demo. */
export async function serve(config: Config): Promise<NestFastifyApplication> {
  const app = await createApp(config);
  const { log } = app.get(Logs);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected and nobody looked'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught; stopping');
    process.exit(70);
  });
  await app.listen(config.port, config.host);
  const closeSocket = await openLocalSocket(app, config.dataFolder);
  stopWhenAsked(log, async () => {
    await closeSocket();
    await app.close();
  });
  log.info({ url: config.publicUrl, store: config.eventStoreUrl ? 'EventStoreDB' : 'embedded' }, 'listening');
  return app;
}

function stopWhenAsked(log: Logs['log'], close: () => Promise<void>): void {
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    setInterval(() => undefined, 1_000); // what closes last holds nothing that would keep the process alive until it has
    try {
      await close();
      process.exit(0);
    } catch (error) {
      log.error({ err: error }, 'did not stop cleanly');
      process.exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}
