import { EventStoreDbEventStore } from '../../src/platform/event-store/eventstoredb';
import { eventStoreDbServer } from '../support/eventstoredb-server';
import { eventStoreContract } from './event-store.contract';

describe('The event store on a server that speaks the protocol of EventStoreDB', () => {
  eventStoreContract(async () => {
    const server = await eventStoreDbServer();
    const store = new EventStoreDbEventStore({ url: server.url });
    return {
      store,
      close: async () => {
        await store.close();
        expect(server.open).toBe(0);
        await server.close();
      },
    };
  });
});

const url = process.env.EVENTSTORE_URL;
if (url) {
  describe('The event store on the EventStoreDB of EVENTSTORE_URL', () => {
    eventStoreContract(async () => {
      const store = new EventStoreDbEventStore({ url });
      return { store, close: () => store.close() };
    });
  });
}
