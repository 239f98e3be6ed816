/**
 * npm run prove:locations [-- --rows 50000 --kill]: a member list of so many rows, bad and repeated ones among them, is uploaded to the real
 * server, checked, brought in without the refused rows, and uploaded again. Each valid row is one location, none is two, refused rows are
 * named, and the second time nothing is written to any location. The memory of the process is watched all along. `--kill` ends the server
 * amid the check and amid the import, and starts it again on the same folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type InLog, locationsInLog, memberList } from './locations-file';
import { machine, median, thousands } from './machine';
import { MemoryWatch } from './memory-watch';
import { residentMegabytes, type Server, startLargesse } from './processes';
import { seed } from './seed';

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '50000' }, kill: { type: 'boolean', default: false } },
});
const LOOK_EACH_MS = 50;
const IDLE_LOOKS = 40;
const PATIENCE_MS = 30 * 60_000;

interface Counts {
  readonly created: number;
  readonly changed: number;
  readonly same: number;
  readonly refused: number;
}
interface Import {
  readonly id: string;
  readonly status: string;
  readonly found?: Counts;
  readonly done: Counts;
}
interface Row {
  readonly line: number;
  readonly locationId?: string;
  readonly problems: readonly { readonly column: string; readonly detail: string }[];
}
interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}
class Proof {
  private readonly list = memberList(Number(options.rows));
  private readonly watch = new MemoryWatch(() => this.server.pid);
  private idle = 0;
  private kills = 0;
  private readonly machine = machine();

  constructor(
    private readonly data: string,
    private readonly key: string,
    private server: Server,
  ) {}

  /** Leaves no process behind, whatever was found. */
  async run(): Promise<void> {
    try {
      await this.prove();
    } finally {
      await this.server.kill();
    }
  }

  private async prove(): Promise<void> {
    this.idle = await this.resting();
    const id = await this.previewed('', this.counts({ created: this.list.valid.size }));
    await this.namesRefused(id);
    await this.broughtIn(id, '', this.counts({ created: this.list.valid.size }));
    await this.everyRowTellsItsLocation(id);
    await this.watch.phase('listed', () => this.listed());
    const first = await this.logNow();
    if (first.created !== this.list.valid.size) throw new Error(`${first.created} locations of ${this.list.valid.size} valid rows`);
    this.server = await startLargesse(this.data);
    await this.admitted();
    const same = this.counts({ same: this.list.valid.size });
    await this.broughtIn(await this.previewed(' again', same), ' again', same);
    const { created, written } = await this.logNow(first.end);
    if (created !== first.created || [...written].some((kind) => kind !== 'locationImport'))
      throw new Error(`The same list again wrote to ${[...written].join(', ')}`);
    this.tell();
  }

  private counts(some: Partial<Counts>): Counts {
    return { created: 0, changed: 0, same: 0, refused: this.list.refused.size, ...some };
  }

  /** Megabytes of a server that has nothing to do. */
  private async resting(): Promise<number> {
    await this.admitted();
    const looks: number[] = [];
    while (looks.length < IDLE_LOOKS) {
      looks.push(residentMegabytes(this.server.pid));
      await pause(LOOK_EACH_MS);
    }
    return median(looks);
  }

  private async previewed(which: string, expected: Counts): Promise<string> {
    const { id } = await this.watch.phase(`upload${which}`, () => this.call<Import>('POST', 'location-imports', this.list.csv, 'text/csv'));
    const checked = await this.watch.phase(`check${which}`, async () => {
      if (options.kill && which === '') await this.kill(await this.call<Import>('GET', `location-imports/${id}`));
      return this.reached(id, 'previewed');
    });
    agree(`checked${which}`, checked.found, expected);
    return id;
  }

  private async broughtIn(id: string, which: string, expected: Counts): Promise<void> {
    await this.call('POST', `location-imports/${id}/confirmations`, '{"mode":"validRowsOnly"}');
    const completed = await this.watch.phase(`import${which}`, async () => {
      if (options.kill && which === '') await this.kill(await this.reached(id, ({ done }) => done.created > 0));
      return this.reached(id, 'completed');
    });
    agree(`imported${which}`, completed.done, expected);
  }

  private async kill({ status, done }: Import): Promise<void> {
    await pause(Math.random() * 200);
    await this.server.kill();
    this.kills += 1;
    console.log(`kill ${this.kills}: amid ${status}, ${done.created} locations told as created`);
    this.server = await startLargesse(this.data);
    await this.admitted();
  }

  private async namesRefused(id: string): Promise<void> {
    const named = new Map<number, string>();
    await this.all<Row>(`location-imports/${id}/rows?verdict=refused&`, ({ line, problems: [problem] }) => {
      if (!problem?.detail) throw new Error(`Line ${line} is refused and nobody says why`);
      named.set(line, problem.column);
    });
    const wrong = [...this.list.refused].find(([line, column]) => named.get(line) !== column);
    if (wrong || named.size !== this.list.refused.size)
      throw new Error(`${named.size} lines are refused, ${this.list.refused.size} are bad; ${wrong?.join(': ') ?? ''}`);
  }

  private async everyRowTellsItsLocation(id: string): Promise<void> {
    const places = new Set<string>();
    await this.all<Row>(`location-imports/${id}/rows?verdict=created&`, ({ locationId }) => locationId && places.add(locationId));
    if (places.size !== this.list.valid.size) throw new Error(`The rows tell of ${places.size} locations`);
  }

  /** The list, which is folded behind the log, comes to show each location once. */
  private async listed(): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; ;) {
      const shown: string[] = [];
      await this.all<{ reference?: string }>('locations?', ({ reference }) => reference && shown.push(reference));
      const distinct = new Set(shown);
      if (distinct.size !== shown.length) throw new Error(`The list shows ${shown.length} locations, ${distinct.size} of them different`);
      if (distinct.size === this.list.valid.size) return;
      if (performance.now() > end) throw new Error(`The list stays at ${distinct.size} locations`);
    }
  }

  private async logNow(since?: number): Promise<InLog> {
    await this.server.stop();
    return locationsInLog(this.data, this.list, since);
  }

  private async reached(id: string, what: string | ((item: Import) => boolean)): Promise<Import> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(LOOK_EACH_MS)) {
      const item = await this.call<Import>('GET', `location-imports/${id}`);
      if (typeof what === 'string' ? item.status === what : what(item)) return item;
    }
    throw new Error(`The import was never ${what.toString()}`);
  }

  private async all<T>(path: string, each: (item: T) => unknown): Promise<void> {
    for (let after: string | null = ''; after !== null;) {
      const page: Page<T> = await this.call('GET', `${path}limit=100${after && `&after=${after}`}`);
      page.data.forEach(each);
      after = page.next;
    }
  }

  /** Right after a start the list of keys may lag behind the log. */
  private async admitted(): Promise<void> {
    for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(LOOK_EACH_MS)) {
      const answer = await fetch(`${this.server.url}/v1/locations?limit=1`, { headers: { authorization: `Bearer ${this.key}` } });
      if (answer.status === 200) return;
      if (answer.status !== 503) throw new Error(`The key is answered with ${answer.status}`);
    }
    throw new Error('The key was never admitted');
  }

  private async call<T>(method: string, path: string, body?: string, type = 'application/json'): Promise<T> {
    const headers = { authorization: `Bearer ${this.key}`, ...(body === undefined ? {} : { 'content-type': type }) };
    const response = await fetch(`${this.server.url}/v1/${path}`, { method, headers, body });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  private tell(): void {
    const { rows, valid, refused } = this.list;
    console.log(`\n${this.machine}\nidle: ${this.idle} MB\n\n| step | seconds | rows/s | peak MB | above idle |\n|---|---|---|---|---|`);
    for (const { name, seconds, peak } of this.watch.phases)
      console.log(`| ${name} | ${seconds.toFixed(1)} | ${thousands(rows / seconds)} | ${peak} | ${(peak / this.idle).toFixed(2)} of it |`);
    const { peak } = this.watch;
    console.log(
      `\n${thousands(rows)} rows, ${this.kills} kills: ${thousands(valid.size)} locations, each once; ${thousands(refused.size)} rows refused and named; ` +
        `again: all the same, nothing written to any location. Peak ${peak} MB, ${(peak / this.idle).toFixed(2)} of the idle process`,
    );
  }
}

function agree(when: string, told: Counts | undefined, expected: Counts): void {
  const wrong = (Object.keys(expected) as (keyof Counts)[]).find((verdict) => told?.[verdict] !== expected[verdict]);
  if (wrong) throw new Error(`${when}: ${JSON.stringify(told)} instead of ${JSON.stringify(expected)}`);
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'largesse-locations-'));
  try {
    const data = join(folder, 'data');
    const { key } = await seed(data, 0, {}, ['locations.manage']);
    await new Proof(data, key, await startLargesse(data)).run();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
