import { applyDecorators, Injectable, type OnModuleInit } from '@nestjs/common';
import { IsString } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { Rejection } from '../../kernel/rejection';
import { Clock } from '../../platform/clock';
import { Ids } from '../../platform/ids';
import { ReadStore } from '../../platform/read-store/read-store';
import { Vault } from '../../platform/security/vault';

const COLLECTION = 'clerk-pins';
/** A PIN that was kept and whose fact is not there: for so long somebody may be about to write it. */
const UNDER_WAY = 60_000;

/** 4 to 6 digits; never echoed back into a form. */
export const Pin = (): PropertyDecorator =>
  applyDecorators(
    IsString(),
    JSONSchema({
      pattern: '^[0-9]{4,6}$',
      'x-secret': true,
      'x-message': 'network.field.pin-wrong',
      description: '4 to 6 digits, of one clerk at the location only',
      examples: ['7302'],
    }),
  );

/** Whose PIN it is, if the location's facts say so too: they name the PIN by its id. */
export interface PinHolder {
  readonly clerkId: string;
  readonly pinId: string;
}

interface KeptPin extends PinHolder {
  readonly at: number;
}

/**
 * PINs of clerks: keyed hashes, because so few digits are found behind any other; and beside the log, because what can be guessed must be
 * forgettable. The hash is the document's key, so that a location has no PIN twice, whoever comes at once.
 */
@Injectable()
export class ClerkPins implements OnModuleInit {
  constructor(
    private readonly store: ReadStore,
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.store.ensureCollection({ name: COLLECTION, indexes: [['clerkId']] });
  }

  /**
   * Keeps a PIN, which counts from when a fact names the id that is answered.
   * @param counts whether the location's facts name this PIN as its holder's
   * @throws Rejection `clerk-pin-simple`, `clerk-pin-taken`
   */
  async keep(locationId: string, clerkId: string, pin: string, counts: (holder: PinHolder) => Promise<boolean>): Promise<string> {
    if (isSimple(pin)) throw new Rejection('clerk-pin-simple');
    const key = this.keyOf(locationId, pin);
    const kept: KeptPin = { clerkId, pinId: this.ids.next('pin'), at: this.clock.millis() };
    if (await this.store.putIfAbsent(COLLECTION, key, kept)) return kept.pinId;
    const found = await this.store.fetch<KeptPin>(COLLECTION, key);
    if (found?.doc.clerkId === clerkId) return found.doc.pinId;
    const free = found && found.doc.at + UNDER_WAY < kept.at && !(await counts(found.doc));
    if (free && (await this.store.compareAndSet(COLLECTION, key, found.revision, kept))) return kept.pinId;
    throw new Rejection('clerk-pin-taken');
  }

  async holder(locationId: string, pin: string): Promise<PinHolder | undefined> {
    return (await this.store.fetch<KeptPin>(COLLECTION, this.keyOf(locationId, pin)))?.doc;
  }

  /** One PIN of a clerk, or all of them. */
  async forget(clerkId: string, pinId?: string): Promise<void> {
    await this.store.removeWhere(COLLECTION, pinId === undefined ? { clerkId } : { clerkId, pinId });
  }

  private keyOf(locationId: string, pin: string): string {
    return this.vault.hash('clerk-pin', `${locationId}\n${pin}`);
  }
}

/** One digit again and again, or digits in a row: what is tried first. */
function isSimple(pin: string): boolean {
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])));
  return steps.size === 1 && [-1, 0, 1].includes([...steps][0]!);
}
