import { randomBytes } from 'node:crypto';
import type { Clock } from './clock';
import { Ids } from './ids';
import { base32, base32Number } from './security/base32';
import type { Vault } from './security/vault';
import { uuid } from './uuid';

const TIME_CHARACTERS = 10;
const CHANCE_BYTES = 10;
const ID_CHARACTERS = 26;
/** Derived ids must never change, so they stay on the first version of the vault's keys. */
const FOREVER = 1;

export class RandomIds extends Ids {
  constructor(
    private readonly clock: Clock,
    private readonly vault: Vault,
  ) {
    super();
  }

  next(prefix: string): string {
    return `${prefix}_${base32Number(this.clock.millis(), TIME_CHARACTERS)}${base32(randomBytes(CHANCE_BYTES))}`;
  }

  derived(prefix: string, network: string, operation: string, key: string): string {
    return `${prefix}_${this.vault.derive('idempotency', [network, operation, key], ID_CHARACTERS, FOREVER)}`;
  }

  secret(characters: number): string {
    return base32(randomBytes(Math.ceil((characters * 5) / 8)), characters);
  }

  uuid(): string {
    return uuid();
  }
}
