// Loaded into the real server with `node -r`: ends it as soon as a fact of the type KILL_AFTER is on the disk, before anybody is told.
'use strict';
const { SqliteAppends } = require('../dist/platform/event-store/sqlite-appends.js');

const { append } = SqliteAppends.prototype;
SqliteAppends.prototype.append = async function (stream, expected, events) {
  const appended = await append.call(this, stream, expected, events);
  if (events.some(({ type }) => type === process.env.KILL_AFTER)) process.kill(process.pid, 'SIGKILL');
  return appended;
};
