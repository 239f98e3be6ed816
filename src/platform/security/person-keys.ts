import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Collection, ReadStore } from '../read-store/read-store';
import { PersonKeys, type Vault } from './vault';

/** Where keys of persons are kept, sealed under the vault; the embedded store keeps this collection in keys.db. */
export const personKeysCollection: Collection = { name: 'person-keys', indexes: [['person']] };

/** Under the subject's name: its key, or what is left of it after an erasure. */
type KeyDocument = { readonly network: string; readonly sealed: string } | { readonly network: string; readonly erased: true };
/** Under `join:{person}:{subject}`: this subject belongs to the person with this hash of an e-mail address. */
interface JoinDocument {
  readonly person: string;
  readonly subject: string;
}

/** `key` is null for an erased subject; `joined` holds the hashes that are known to be stored. */
interface Known {
  readonly key: Buffer | null;
  readonly joined: Set<string>;
}

const PAGE = 1000;
/** Another instance may have erased somebody: what is cached is looked at again after this time, even if nobody told us. */
const TRUST_MS = 5 * 60_000;

export class StoredPersonKeys extends PersonKeys {
  private readonly known = new LRUCache<string, Known>({ max: 10_000, ttl: TRUST_MS, ttlResolution: 1000 });
  /** Counts erasures: what was read before one must not be kept after it. */
  private erasures = 0;
  private readonly listeners: ((subjects: readonly string[]) => void)[] = [];

  constructor(
    private readonly store: ReadStore,
    private readonly vault: Vault,
  ) {
    super();
  }

  /** To be called once before anything else. */
  prepare(): Promise<void> {
    return this.store.ensureCollection(personKeysCollection);
  }

  async ensure(network: string, subjects: ReadonlyMap<string, { readonly email?: string }>): Promise<ReadonlyMap<string, Buffer>> {
    const keys = new Map<string, Buffer>();
    const each = async ([subject, { email }]: [string, { readonly email?: string }]): Promise<void> => {
      const [known] = await Promise.all([
        this.obtain(network, subject),
        email === undefined ? undefined : this.join(network, subject, email),
      ]);
      if (known.key) keys.set(subject, known.key);
    };
    await Promise.all([...subjects].map(each));
    return keys;
  }

  async load(subjects: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const keys = new Map<string, Buffer>();
    const missing: string[] = [];
    for (const subject of subjects) {
      const known = this.known.get(subject);
      if (!known) missing.push(subject);
      else if (known.key) keys.set(subject, known.key);
    }
    const erasures = this.erasures;
    // In the order of the keys' table: subjects hold ids that are ordered by time, so neighbours lie on one page.
    const found = missing.length > 0 ? await this.store.fetchMany<KeyDocument>(personKeysCollection.name, missing.sort()) : [];
    for (const { key: subject, doc } of found) {
      const { key } = this.keep(subject, this.keyIn(subject, doc), erasures);
      if (key) keys.set(subject, key);
    }
    return keys;
  }

  cached(subjects: readonly string[]): ReadonlyMap<string, Buffer> | undefined {
    const keys = new Map<string, Buffer>();
    for (const subject of subjects) {
      const known = this.known.get(subject);
      if (!known) return undefined;
      if (known.key) keys.set(subject, known.key);
    }
    return keys;
  }

  joinOf(network: string, email: string): string {
    return this.vault.hash('subject', `${network}\n${email.normalize('NFC').trim().toLowerCase()}`);
  }

  async subjectsOf(_network: string, joinedBy: string): Promise<readonly string[]> {
    const subjects: string[] = [];
    for (let after: readonly string[] | undefined; ;) {
      const page = await this.store.list<JoinDocument & Record<string, unknown>>(personKeysCollection.name, {
        filter: { person: joinedBy },
        sort: ['subject'],
        after,
        limit: PAGE,
      });
      subjects.push(...page.map(({ doc }) => doc.subject));
      if (page.length < PAGE) return subjects;
      after = [subjects.at(-1) as string];
    }
  }

  async destroy(network: string, subject: string): Promise<void> {
    await this.store.put(personKeysCollection.name, subject, { network, erased: true } satisfies KeyDocument);
    this.forget([subject]);
  }

  forget(subjects: readonly string[]): void {
    this.erasures += 1;
    for (const subject of subjects) this.known.delete(subject);
    for (const listener of this.listeners) listener(subjects);
  }

  onForgotten(listener: (subjects: readonly string[]) => void): void {
    this.listeners.push(listener);
  }

  /** Most subjects are new, so a new key is offered first; if somebody was there before, theirs is the key. */
  private async obtain(network: string, subject: string): Promise<Known> {
    const known = this.known.get(subject);
    if (known) return known;
    const erasures = this.erasures;
    const key = randomBytes(32);
    const sealed = this.vault.seal(key.toString('base64url'), `person-key\n${subject}`);
    const isNew = await this.store.putIfAbsent(personKeysCollection.name, subject, { network, sealed } satisfies KeyDocument);
    return isNew ? this.keep(subject, key, erasures) : ((await this.read(subject)) ?? { key: null, joined: new Set() });
  }

  private async join(network: string, subject: string, email: string): Promise<void> {
    const person = this.joinOf(network, email);
    if (this.known.get(subject)?.joined.has(person)) return;
    await this.store.put(personKeysCollection.name, `join:${person}:${subject}`, { person, subject } satisfies JoinDocument);
    this.known.get(subject)?.joined.add(person);
  }

  private async read(subject: string): Promise<Known | undefined> {
    const erasures = this.erasures;
    const found = await this.store.fetch<KeyDocument>(personKeysCollection.name, subject);
    if (!found) return undefined;
    return this.keep(subject, this.keyIn(subject, found.doc), erasures);
  }

  private keyIn(subject: string, doc: KeyDocument): Buffer | null {
    return 'sealed' in doc ? Buffer.from(this.vault.unseal(doc.sealed, `person-key\n${subject}`), 'base64url') : null;
  }

  private keep(subject: string, key: Buffer | null, erasures: number): Known {
    const known = { key, joined: this.known.get(subject)?.joined ?? new Set<string>() };
    if (erasures === this.erasures) this.known.set(subject, known);
    return known;
  }
}
