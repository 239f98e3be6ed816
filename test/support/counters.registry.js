/**
 * A small product for tests of the processors: counters that are opened, raised and closed, by people who can be forgotten. Plain
 * JavaScript, because worker threads load it too. The folds add up, so that folding a fact twice shows.
 */
const { Registry } = require('../../dist/platform/registry.js');

const poison = { armed: true };

const add = (doc, { by }) => {
  if (by === 13 && poison.armed) throw new Error('thirteen is not a number that sam@example.com can add');
  return { ...doc, total: doc.total + by, times: doc.times + 1 };
};

const counterList = {
  name: 'counter-list',
  version: 1,
  keys: ({ id }) => [id],
  indexes: [['total'], ['owner.value']],
  begins: { CounterOpened: ({ id, owner }) => ({ counter: id, owner, total: 0, times: 0 }) },
  on: { CounterRaised: add, CounterClosed: () => null },
};

/** Two documents a fact: everything, and the counter's own group. */
const sums = {
  name: 'sums',
  version: 1,
  keys: ({ id }) => ['all', `group-${id.length % 3}`],
  indexes: [['total']],
  begins: {},
  on: {},
};
const sum = (before, by) => ({ total: (before?.total ?? 0) + by });
sums.begins.CounterOpened = (data, metadata, key, doc) => sum(doc, 0);
sums.on.CounterRaised = (doc, { by }) => sum(doc, by);

const due = {
  name: 'counters-due',
  version: 1,
  keys: ({ id }) => [id],
  indexes: [],
  begins: { CounterOpened: (_, { recordedAt, network }) => ({ dueAt: new Date(Date.parse(recordedAt) + 60_000).toISOString(), network }) },
  on: { CounterClosed: () => null },
};

class Greet {
  constructor(context, id, by) {
    Object.assign(this, { context, id, by });
  }
}
class CloseCounter {
  constructor(context, id) {
    Object.assign(this, { context, id });
  }
}

const greetWhenRaised = {
  name: 'greet-when-a-counter-is-raised',
  startsAt: 'beginning',
  on: { CounterRaised: ({ id, by }, cause) => (by > 0 ? [new Greet(cause.context(), id, by)] : []) },
};
const newcomer = { name: 'greet-from-now-on', on: { CounterRaised: ({ id, by }, cause) => [new Greet(cause.context(), id, by)] } };

const counter = {
  initial: { total: 0 },
  evolve: (state, { type, data }) => (type === 'CounterRaised' ? { total: state.total + data.by } : state),
};

const registration = {
  module: 'counters',
  aggregates: [
    {
      category: 'counter',
      aggregate: counter,
      facts: ['CounterOpened', 'CounterRaised', 'CounterClosed', 'CounterPolished', 'PersonErased'],
    },
  ],
  projections: [counterList, sums],
  policies: [greetWhenRaised],
  wakeUps: [{ projection: due, command: (_, key, context) => new CloseCounter(context, key) }],
  upcasts: {},
  personal: { CounterOpened: ['owner'] },
  permissions: [],
  pages: [],
  rejections: {},
  messages: { en: {}, fr: {} },
};

module.exports = {
  registry: new Registry([registration]),
  counter,
  counterList,
  sums,
  due,
  poison,
  Greet,
  CloseCounter,
  greetWhenRaised,
  newcomer,
};
