/** A member list of so many rows, as the proof of imports uploads it, and what its log comes to say. */
import { join } from 'node:path';
import { SqliteEventStore } from '../src/platform/event-store/sqlite';

/** Of each hundred rows one has no usable address, and one the reference of an earlier row. */
const EACH = 100;
const BAD_AT = 40;
const TWICE_AT = 80;
/** The names of the columns are line 1. */
const FIRST_LINE = 2;

export interface MemberList {
  readonly csv: string;
  readonly rows: number;
  /** By reference. */
  readonly valid: ReadonlyMap<string, { readonly name: string; readonly city: string }>;
  /** The column at fault, by line. */
  readonly refused: ReadonlyMap<number, 'email' | 'reference'>;
}

export function memberList(rows: number): MemberList {
  const lines = ['Reference,Name,E-mail,Phone,Category,Street,City,Province,Postal code,Country'];
  const valid = new Map<string, { name: string; city: string }>();
  const refused = new Map<number, 'email' | 'reference'>();
  for (let index = 0; index < rows; index += 1) {
    const [bad, twice] = [index % EACH === BAD_AT, index % EACH === TWICE_AT];
    const place = { name: `Business ${index}`, city: `Town ${index % 50}` };
    const reference = `P-${twice ? index - 1 : index}`;
    const email = bad ? 'not an address' : `business${index}@example.com`;
    const phone = `207 555 ${String(index % 10_000).padStart(4, '0')}`;
    lines.push([reference, place.name, email, phone, 'Bakery', `${index} Pier Road`, place.city, 'ME', '04101', 'US'].join(','));
    if (bad || twice) refused.set(index + FIRST_LINE, bad ? 'email' : 'reference');
    else valid.set(reference, place);
  }
  return { csv: `${lines.join('\n')}\n`, rows, valid, refused };
}

export interface InLog {
  /** Locations that came from the list. */
  readonly created: number;
  /** The position of the last event. */
  readonly end: number;
  /** Kinds of streams that were written to after the position asked about. */
  readonly written: ReadonlySet<string>;
}

interface Created {
  readonly reference?: string;
  readonly name: string;
  readonly address?: { readonly city?: string };
}

/**
 * Reads a log that no process holds.
 * @throws Error for a row that became two locations, for one that nobody uploaded, and for one that says something else than its row
 */
export async function locationsInLog(dataFolder: string, { valid }: MemberList, since = 0): Promise<InLog> {
  const store = await SqliteEventStore.open({ file: join(dataFolder, 'events.db') });
  const references = new Set<string>();
  const written = new Set<string>();
  let end = 0;
  try {
    for (let after = 0, done = false; !done;) {
      const page = await store.readAll({ after, limit: 10_000 });
      for (const { stream, type, data, position } of page.events) {
        end = position;
        if (position > since) written.add(stream.slice(0, stream.indexOf('-')));
        if (type !== 'LocationCreated') continue;
        const { reference, name, address } = JSON.parse(data) as Created;
        if (reference === undefined) continue;
        if (references.has(reference)) throw new Error(`${reference} is a location twice`);
        const row = valid.get(reference);
        if (row?.name !== name || row.city !== address?.city) throw new Error(`${reference} is the location ${name}, and no such row is`);
        references.add(reference);
      }
      after = page.next;
      done = page.end;
    }
    return { created: references.size, end, written };
  } finally {
    await store.close();
  }
}
