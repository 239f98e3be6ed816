import type Database from 'better-sqlite3';
import type { Direction } from './event-store';
import type { FlatEvents } from './sqlite-reading';
import { Tail } from './sqlite-tail';

type Prepared = (sql: string) => Database.Statement;
type Row = [number, number, string, string, string, string];

const columns = 'e.position, e.revision, e.id, e.type, e.data, e.metadata';
const inPlaces = `SELECT ${columns} FROM places p CROSS JOIN events e ON e.position = p.position WHERE p.stream = ?`;

/**
 * Reads single streams. Where their events stand is in `places`, but for the newest of the log: those are looked through, each once,
 * when a stream is asked for (docs/decisions/0014).
 */
export class SqliteStreamReading {
  private readonly tail = new Tail();
  private entered = 0;
  private seen = 0;

  /** @param prepared statements of a connection, answering rows as lists */
  constructor(private readonly prepared: Prepared) {}

  read(name: string, from: number | undefined, direction: Direction, limit: number): FlatEvents {
    const [number] = (this.prepared('SELECT number FROM streams WHERE name = ?').get(name) ?? []) as [number?];
    if (number === undefined) return [];
    this.lookOn();
    const rows = direction === 'forwards' ? this.forwards(number, from ?? 0, limit) : this.backwards(number, from, limit);
    return rows.flatMap(([position, ...row]) => [position, name, ...row]);
  }

  private forwards(stream: number, from: number, limit: number): Row[] {
    const rows = this.prepared(`${inPlaces} AND p.revision >= ? ORDER BY p.revision LIMIT ?`).all(stream, from, limit) as Row[];
    const run = this.tail.of(stream);
    if (!run || rows.length === limit) return rows;
    const next = Math.max(0, (rows.at(-1)?.[1] ?? from - 1) + 1 - run.first);
    return rows.concat(run.positions.slice(next, next + limit - rows.length).map((position) => this.at(position)));
  }

  private backwards(stream: number, from = Number.MAX_SAFE_INTEGER, limit: number): Row[] {
    const run = this.tail.of(stream);
    const end = run ? Math.max(0, Math.min(run.positions.length, from + 1 - run.first)) : 0;
    const rows = run ? run.positions.slice(Math.max(0, end - limit), end).reverse() : [];
    const newest = rows.map((position) => this.at(position));
    const before = newest.length > 0 ? newest.at(-1)![1] - 1 : from;
    const sql = `${inPlaces} AND p.revision <= ? ORDER BY p.revision DESC LIMIT ?`;
    return newest.concat(newest.length < limit ? (this.prepared(sql).all(stream, before, limit - newest.length) as Row[]) : []);
  }

  private at(position: number): Row {
    return this.prepared(`SELECT ${columns} FROM events e WHERE position = ?`).get(position) as Row;
  }

  /** What has been written since the last time, and lets go of what has been entered in `places`; before these are asked. */
  private lookOn(): void {
    const [entered] = this.prepared('SELECT entered FROM log').get() as [number];
    if (entered > this.entered) this.tail.drop((this.entered = entered));
    const after = Math.max(this.seen, entered);
    const found = this.prepared('SELECT position, stream, revision FROM events WHERE position > ? ORDER BY position').all(after);
    for (const [position, stream, revision] of found as [number, number, number][]) this.tail.add(stream, revision, position);
    this.seen = (found.at(-1) as [number] | undefined)?.[0] ?? after;
  }
}
