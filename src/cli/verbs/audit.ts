import { Rejection } from '../../kernel/rejection';
import { AuditFacade, type EventRecord, type PastState, type VerificationReport } from '../../audit';
import { table } from '../terminal';
import { type Call, exit, UsageError, type Verb } from '../verb';

const labels = { chains: 'Hashes', money: 'Money', models: 'Read models' } as const;

/** The stream that a name or an id means. @throws Rejection `not-found` */
async function streamOf(call: Call): Promise<string> {
  const [found] = await call.app.get(AuditFacade).streamsNamed(call.positionals[0]!);
  if (found === undefined) throw new Rejection('not-found');
  return found;
}

const listStream: Verb<readonly EventRecord[]> = {
  words: ['audit', 'stream'],
  summary: 'Lists the events of a stream, given by its name or an id such as card_01JD….',
  positionals: ['ID'],
  options: {},
  async run(call) {
    const stream = await streamOf(call);
    const events: EventRecord[] = [];
    for (let page = 1000; page === 1000;) {
      const more = await call.app.get(AuditFacade).events(stream, events.length);
      events.push(...more);
      page = more.length;
    }
    return events;
  },
  show: (events) => [
    events[0]?.stream ?? '',
    ...table(
      ['event', 'recorded at', 'type', 'by', 'hash'],
      events.map(({ revision, recordedAt, type, actor, hash }) => [
        revision,
        recordedAt,
        type,
        `${actor.kind} ${actor.id}`,
        hash.slice(0, 12),
      ]),
    ),
  ],
};

const stateAsOf: Verb<PastState> = {
  words: ['audit', 'asof'],
  summary: 'Shows what a stream’s events made of it at a moment: 2026-11-22, or 2026-11-22T15:30:00Z.',
  positionals: ['ID', 'TIME'],
  options: {},
  async run(call) {
    const time = Date.parse(call.positionals[1]!);
    if (Number.isNaN(time)) throw new UsageError(`"${call.positionals[1]}" is no time. Write it as 2026-11-22T15:30:00Z.`);
    const past = await call.app.get(AuditFacade).stateAsOf(await streamOf(call), new Date(time).toISOString());
    if (!past) throw new Rejection('not-found');
    return past;
  },
  show: ({ stream, revision, recordedAt, state }) => [
    revision < 0 ? `${stream} did not exist yet.` : `${stream} after event ${revision}, recorded at ${recordedAt}:`,
    JSON.stringify(state, null, 2),
  ],
};

const verify: Verb<VerificationReport> = {
  words: ['audit', 'verify'],
  summary: 'Recomputes every hash, adds up every stream’s money, folds every read model again and compares.',
  positionals: [],
  options: {},
  run: ({ app, progress }) => app.get(AuditFacade).verify(({ step, done, of }) => progress({ label: labels[step], done, of })),
  show: (report) => [
    `${report.events} events in ${report.streams} streams, ${report.brokenChains.length} broken chains`,
    ...report.brokenChains.map(({ stream, revision, sentence }) => `  ${stream} ${revision}: ${sentence}`),
    `${report.moneyStreams} streams with money, ${report.moneyComplaints.length} complaints`,
    ...report.moneyComplaints.map(({ stream, sentence }) => `  ${stream}: ${sentence}`),
    ...table(
      ['read model', 'documents', 'different', 'changed meanwhile', 'behind'],
      report.models.map(({ model, documents, differing, changedMeanwhile, behind }) => [
        model,
        documents,
        differing.length,
        changedMeanwhile,
        behind ? 'yes' : 'no',
      ]),
    ),
    ...report.models.flatMap(({ model, differing }) => differing.map((id) => `  ${model} ${id}`)),
    report.holds ? 'Everything holds.' : 'Something does not hold.',
  ],
  exitCode: ({ holds }) => (holds ? exit.done : exit.doesNotHold),
};

const exportEvents: Verb<undefined> = {
  words: ['audit', 'export'],
  summary: 'Writes events as JSON lines, exactly as stored, hashes included: all, or one stream.',
  positionals: [],
  options: { stream: { type: 'string' } },
  async run({ app, options, write }) {
    const { stream } = options;
    for await (const lines of app.get(AuditFacade).export(typeof stream === 'string' ? stream : undefined)) await write(lines);
    return undefined;
  },
  show: () => [],
};

export const auditVerbs = [listStream, stateAsOf, verify, exportEvents] as readonly Verb[];
