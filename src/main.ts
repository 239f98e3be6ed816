import 'reflect-metadata';
import { createApp } from './app';
import { ConfigError, readConfig, type Config } from './platform/config';
import { Logs } from './platform/telemetry/logs';

/** Reads the configuration, starts, listens, and stops when it is asked to: nothing is lost in between. */
async function main(): Promise<void> {
  const config = configured();
  const app = await createApp(config);
  const { log } = app.get(Logs);
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a promise was rejected and nobody looked'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'an error that nobody caught; stopping');
    process.exit(70);
  });
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.info({ signal }, 'stopping');
      void app.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'did not stop cleanly');
          process.exit(1);
        },
      );
    });
  }
  await app.listen(config.port, config.host);
  log.info({ url: config.publicUrl, store: config.eventStoreUrl ? 'EventStoreDB' : 'embedded' }, 'listening');
}

/** A wrong configuration stops the start with a sentence for each variable. */
function configured(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const sentence of error.sentences) process.stderr.write(`${sentence}\n`);
    process.exit(1);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
