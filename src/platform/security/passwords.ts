import { Injectable, type OnModuleInit } from '@nestjs/common';
import { argon2id, hash, verify } from 'argon2';
import { Busy } from '../event-store/streams';
import { Ids } from '../ids';
import { ReadStore } from '../read-store/read-store';

/** Credentials of people live beside the log, not in it: a hash that can be attacked must be forgettable (docs/decisions). */
export const CREDENTIALS = 'credentials';

/** OWASP's parameters for argon2id (2025): 19 MiB, two passes, one lane. */
const COST = { type: argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Hashing runs in libuv's four threads, which files and DNS need too; so two at a time, and a bounded queue. */
const AT_ONCE = 2;
const MOST_WAITING = 100;

export const PASSWORD_LEAST = 12;
export const PASSWORD_MOST = 128;

interface PasswordCredential {
  readonly kind: 'password';
  readonly employeeId: string;
  readonly hash: string;
}

@Injectable()
export class Passwords implements OnModuleInit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  constructor(
    private readonly store: ReadStore,
    private readonly ids: Ids,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: CREDENTIALS, indexes: [['employeeId']] });
  }

  /** Keeps the hash of a new password; it counts from when a fact names the id that is answered. */
  async keep(employeeId: string, password: string): Promise<string> {
    const id = this.ids.next('pwd');
    const credential: PasswordCredential = { kind: 'password', employeeId, hash: await this.inTurn(() => hash(normal(password), COST)) };
    await this.store.put(CREDENTIALS, id, credential);
    return id;
  }

  /** Whether this is the password. Without an id (nobody has the address) it takes as long and is false. */
  async matches(id: string | undefined, password: string): Promise<boolean> {
    const found = id === undefined ? undefined : await this.store.fetch<PasswordCredential>(CREDENTIALS, id);
    const known = found?.doc.kind === 'password' ? found.doc.hash : undefined;
    const right = await this.inTurn(async () => verify(known ?? (await this.standIn()), normal(password)));
    return right && known !== undefined;
  }

  /** The credential that no fact names any more. */
  async forget(id: string): Promise<void> {
    await this.store.remove(CREDENTIALS, id);
  }

  private standIn(): Promise<string> {
    this.decoy ??= hash(this.ids.secret(32), COST);
    return this.decoy;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.waiting.length >= MOST_WAITING) throw new Busy('Too many passwords at once', 5);
      await new Promise<void>((start) => this.waiting.push(start));
    }
    this.running += 1;
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}

/** One text for what looks the same, whatever keyboard it was typed on (NIST SP 800-63B 3.1.1.2). */
const normal = (password: string): string => password.normalize('NFKC');

const COMMON = [
  'password',
  'motdepasse',
  'qwerty',
  'azerty',
  'letmein',
  'welcome',
  'bienvenue',
  'iloveyou',
  'admin',
  'changeme',
  'largesse',
  'giftcard',
  'monkey',
  'dragon',
  'football',
  'abcdef',
];

/**
 * Why a password is too easy, as the last part of a key of the catalogues (`network.password.too-short`); undefined when it will do.
 * Length is what counts (NIST SP 800-63B): no rules about capitals and digits. What is refused is what is guessed first.
 */
export function weakness(password: string, about: readonly string[]): 'too-short' | 'too-long' | 'too-simple' | 'about-you' | undefined {
  const text = normal(password);
  const length = [...text].length;
  if (length < PASSWORD_LEAST) return 'too-short';
  if (length > PASSWORD_MOST) return 'too-long';
  const small = text.toLowerCase();
  if (new Set(small).size < 5 || isRun(small) || remainder(small, COMMON) < 6) return 'too-simple';
  const names = about.map((each) => each.toLowerCase()).filter((each) => each.length >= 4);
  return remainder(small, names) < 6 ? 'about-you' : undefined;
}

/** How many letters are left when the words, digits and signs are taken out of it. */
function remainder(text: string, words: readonly string[]): number {
  const without = words.reduce((left, word) => left.split(word).join(''), text);
  return without === text ? Infinity : without.replace(/[\d\W_]/g, '').length;
}

/** `123456789012`, `abcdefghijkl`: each character follows the one before. */
function isRun(text: string): boolean {
  let steps = 0;
  for (let at = 1; at < text.length; at += 1) if (Math.abs(text.charCodeAt(at) - text.charCodeAt(at - 1)) <= 1) steps += 1;
  return steps >= text.length - 3;
}
