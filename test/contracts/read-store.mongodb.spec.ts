import { MongoReadStore } from '../../src/platform/read-store/mongodb';
import type { MongoServer } from '../support/mongo-server';
import { hasMongoServer, HOW_TO_GET_ONE, startMongoServer } from '../support/mongo-server';
import type { ReadStorePair } from './read-store.contract';
import { readStoreContract } from './read-store.contract';

/** FerretDB is slow beside a machine's other work. */
const atomic = Boolean(process.env.MONGODB_URL);

if (hasMongoServer()) {
  describe('The read store on MongoDB', () => {
    let server: MongoServer;
    let pair: ReadStorePair;
    let now = 0;

    beforeAll(async () => {
      server = await startMongoServer();
      const open = () => MongoReadStore.open({ url: server.url, database: server.database, now: () => now });
      pair = {
        store: await open(),
        other: await open(),
        setNow: (millis) => {
          now = millis;
        },
      };
    });
    afterAll(async () => {
      await pair.store.close();
      await pair.other.close();
      await server.stop();
    });

    if (!atomic)
      console.warn('FerretDB does not keep concurrent conditional updates apart: four races are left to a run with MONGODB_URL.');
    readStoreContract(() => pair, atomic ? it : it.skip);
  });
} else {
  const sentence = `The read store's contract was NOT run on MongoDB: there is no server. To run it, ${HOW_TO_GET_ONE}.`;
  console.warn(sentence);
  it.skip(sentence, () => undefined);
}

it('says that no server answers', async () => {
  await expect(MongoReadStore.open({ url: 'mongodb://127.0.0.1:1' })).rejects.toThrow('The read store does not answer');
});
