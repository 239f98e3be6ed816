import type * as EventStoreDb from './event-store/eventstoredb';
import type { EventStore } from './event-store/event-store';
import type * as MongoDb from './read-store/mongodb';
import type { ReadStore } from './read-store/read-store';

/**
 * The stores on servers. Their clients are large (about 400 ms of loading in every thread), so they are loaded here, when an address asks
 * for them, and never by a process that lives on its own data folder.
 */

export function mongoReadStore(options: { url: string; now?: () => number }): Promise<ReadStore> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import is loaded always, and here it must not be
  const { MongoReadStore } = require('./read-store/mongodb') as typeof MongoDb;
  return MongoReadStore.open(options);
}

export function eventStoreDb(options: { url: string }): EventStore {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import is loaded always, and here it must not be
  const { EventStoreDbEventStore } = require('./event-store/eventstoredb') as typeof EventStoreDb;
  return new EventStoreDbEventStore(options);
}
