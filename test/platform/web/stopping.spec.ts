import { once } from 'node:events';
import { connect } from 'node:net';
import { startApp } from '../../support/app';

/** Less than the minute after which Node itself gives up waiting for a first request. */
const HELD_UP_MS = 30_000;

it('the stop waits for no connection that a browser opened ahead of need', async () => {
  const app = await startApp();
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  await once(socket, 'connect');
  await app.request('/health/live');
  const began = performance.now();
  await Promise.all([once(socket, 'close'), app.stop()]);
  expect(performance.now() - began).toBeLessThan(HELD_UP_MS);
});
