import type Database from 'better-sqlite3';
import { Tail } from './sqlite-tail';

/** So many events at the end of the log are not in `places`, before they are entered. A reader looks through as many at the most once. */
const ENTER_FROM = 8_192;
/** So many are entered for each event that is written meanwhile: no commit has to wait for all of them. */
const ENTERED_AN_EVENT = 2;
/** Stream, revision, position. */
const WIDTH = 3;

/**
 * The writer's side of `places`, which says where the events of a stream stand. Entered with each event it would cost a page at a
 * random place, more than the event itself; entered by the thousand and in order, a page takes in many at once.
 */
export class Places {
  private readonly tail = new Tail();
  /** What is being entered, and how far. */
  private entering: readonly number[] = [];
  private entered = 0;
  /** Position of the last event in `entering`. */
  private upTo = 0;
  private newest = 0;
  private readonly statements: ReturnType<typeof prepare>;

  constructor(private readonly db: Database.Database) {
    this.statements = prepare(db);
  }

  /** Enters all that is missing, in the transaction under way: for what was found in the file, whoever left it there. */
  enterAll(): void {
    this.tail.clear();
    this.entering = [];
    enterAll(this.db);
  }

  /** The last revision of a stream; −1 for one without events. */
  revision(stream: number): number {
    const run = this.tail.of(stream);
    if (run) return run.first + run.positions.length - 1;
    return (this.statements.revision.get(stream) as [number | null])[0] ?? -1;
  }

  /** Where the events of a stream from one revision to another (included) stand. */
  positions(stream: number, from: number, to: number): number[] {
    const run = this.tail.of(stream);
    const last = run ? Math.min(to, run.first - 1) : to;
    const older = from > last ? [] : (this.statements.positions.all(stream, from, last) as [number][]).map(([position]) => position);
    return run ? older.concat(run.positions.slice(Math.max(0, from - run.first), Math.max(0, to + 1 - run.first))) : older;
  }

  written(stream: number, revision: number, position: number): void {
    this.tail.add(stream, revision, position);
    this.newest = position;
  }

  /** Goes on entering, in the transaction that writes so many events. */
  goOn(events: number): void {
    if (this.entering.length === 0) {
      if (this.tail.size < ENTER_FROM) return;
      this.entering = this.tail.inOrder();
      this.entered = 0;
      this.upTo = this.newest;
    }
    const { entering } = this;
    const end = Math.min(entering.length, this.entered + events * ENTERED_AN_EVENT * WIDTH);
    for (let at = this.entered; at < end; at += WIDTH) this.statements.enter.run(entering[at], entering[at + 1], entering[at + 2]);
    this.entered = end;
    if (end < entering.length) return;
    this.statements.entered.run(this.upTo);
    this.tail.drop(this.upTo);
    this.entering = [];
  }
}

/**
 * Enters all that is missing. Some of it may be there already: what was being entered when the process ended.
 * @throws Error when two events claim one revision of a stream
 */
export function enterAll(db: Database.Database): void {
  const missing = 'FROM events WHERE position > (SELECT entered FROM log)';
  const [count] = db.prepare(`SELECT count(*) ${missing}`).raw(true).get() as [number];
  if (count === 0) return;
  const { changes } = db.prepare(`INSERT OR IGNORE INTO places SELECT stream, revision, position ${missing} ORDER BY 1, 2`).run();
  if (changes < count) refuseDoubles(db, missing);
  db.exec('UPDATE log SET entered = (SELECT max(position) FROM events)');
}

function refuseDoubles(db: Database.Database, missing: string): void {
  const double = db
    .prepare(`SELECT stream, revision FROM (SELECT * ${missing}) e JOIN places p USING (stream, revision) WHERE p.position <> e.position`)
    .raw(true)
    .get() as [number, number] | undefined;
  if (double) throw new Error(`The event log is damaged: its stream number ${double[0]} has two events of revision ${double[1]}`);
}

function prepare(db: Database.Database) {
  return {
    revision: db.prepare('SELECT max(revision) FROM places WHERE stream = ?').raw(true),
    positions: db.prepare('SELECT position FROM places WHERE stream = ? AND revision BETWEEN ? AND ? ORDER BY revision').raw(true),
    enter: db.prepare('INSERT INTO places (stream, revision, position) VALUES (?, ?, ?)'),
    entered: db.prepare('UPDATE log SET entered = ?'),
  };
}
