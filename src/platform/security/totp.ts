import { Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import { Clock } from '../clock';
import { Ids } from '../ids';
import { ReadStore } from '../read-store/read-store';
import { CREDENTIALS } from './passwords';
import { Vault } from './vault';

const PERIOD = 30;
/** One step early or late: clocks of phones and people's thumbs. */
const WINDOW = 1;
const RECOVERY_CODES = 10;

interface TotpCredential {
  readonly kind: 'totp';
  readonly employeeId: string;
  /** Sealed under the vault. */
  readonly secret: string;
  /** The last time step that was used: no code works twice. */
  readonly lastStep: number;
  /** Keyed hashes of the recovery codes that are left. */
  readonly recovery: readonly string[];
}

/** A secret that is offered and not yet confirmed. `sealed` travels in the form; the store knows nothing of it until then. */
export interface Proposal {
  readonly sealed: string;
  /** `otpauth://…`, for the QR code. */
  readonly uri: string;
  /** In groups of four, to type. */
  readonly secret: string;
}

/** Second factors: time-based codes (RFC 6238) with recovery codes, each of which works once. */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly store: ReadStore,
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {}

  /** A new secret to scan, or, with `sealed`, the one that was offered before (the form came back with a wrong code). */
  propose(employeeId: string, issuer: string, account: string, sealed?: string): Proposal {
    const known = sealed === undefined ? undefined : this.opened(employeeId, sealed);
    const secret = known ?? new Secret({ size: 20 }).base32;
    const uri = new TOTP({ issuer, label: account, secret: Secret.fromBase32(secret), period: PERIOD }).toString();
    return { sealed: this.vault.seal(secret, boundTo(employeeId)), uri, secret: secret.replace(/(.{4})(?=.)/g, '$1 ') };
  }

  /** Keeps the secret when the code fits; it counts from when a fact names the id. The recovery codes are shown once. */
  async confirm(employeeId: string, sealed: string, code: string): Promise<{ id: string; recoveryCodes: readonly string[] } | undefined> {
    const secret = this.opened(employeeId, sealed);
    const step = secret === undefined ? undefined : this.stepOf(secret, code);
    if (secret === undefined || step === undefined) return undefined;
    const id = this.ids.next('totp');
    const recoveryCodes = Array.from({ length: RECOVERY_CODES }, () => this.ids.secret(12));
    const recovery = recoveryCodes.map((each) => this.recoveryHash(id, each));
    const credential: TotpCredential = {
      kind: 'totp',
      employeeId,
      secret: this.vault.seal(secret, boundTo(employeeId)),
      lastStep: step,
      recovery,
    };
    await this.store.put(CREDENTIALS, id, credential);
    return { id, recoveryCodes: recoveryCodes.map((each) => each.replace(/(.{4})(?=.)/g, '$1-')) };
  }

  /**
   * Whether the code is right now, and never was used: the step it belongs to is remembered by compare-and-set, so of two requests
   * with one code one fails. A recovery code is used up.
   */
  async check(id: string, typed: string): Promise<boolean> {
    const found = await this.store.fetch<TotpCredential>(CREDENTIALS, id);
    if (found?.doc.kind !== 'totp') return false;
    const { doc, revision } = found;
    const code = typed.replace(/[\s-]/g, '');
    if (/^\d{6}$/.test(code)) {
      const secret = this.opened(doc.employeeId, doc.secret);
      const step = secret === undefined ? undefined : this.stepOf(secret, code);
      if (step === undefined || step <= doc.lastStep) return false;
      return this.store.compareAndSet(CREDENTIALS, id, revision, { ...doc, lastStep: step });
    }
    const presented = this.recoveryHash(id, code.toUpperCase());
    if (!doc.recovery.some((each) => this.vault.equal(each, presented))) return false;
    return this.store.compareAndSet(CREDENTIALS, id, revision, { ...doc, recovery: doc.recovery.filter((each) => each !== presented) });
  }

  /** How many recovery codes are left. */
  async recoveryCodesLeft(id: string): Promise<number> {
    const found = await this.store.fetch<TotpCredential>(CREDENTIALS, id);
    return found?.doc.kind === 'totp' ? found.doc.recovery.length : 0;
  }

  async forget(id: string): Promise<void> {
    await this.store.remove(CREDENTIALS, id);
  }

  private stepOf(secret: string, code: string): number | undefined {
    if (!/^\d{6}$/.test(code)) return undefined;
    const now = this.clock.millis();
    const delta = new TOTP({ secret: Secret.fromBase32(secret), period: PERIOD }).validate({ token: code, timestamp: now, window: WINDOW });
    return delta === null ? undefined : Math.floor(now / 1000 / PERIOD) + delta;
  }

  private opened(employeeId: string, sealed: string): string | undefined {
    try {
      return this.vault.unseal(sealed, boundTo(employeeId));
    } catch {
      return undefined;
    }
  }

  private recoveryHash(id: string, code: string): string {
    return this.vault.hash('session', `recovery\n${id}\n${code}`);
  }
}

const boundTo = (employeeId: string): string => `totp ${employeeId}`;
