/**
 * Keys and what is done with them (engine 4). Versioned keys derive from the master key (`MASTER_KEY`, or a file that the embedded
 * store makes in its data folder with mode 0600); rotating adds a version. Implementation: vault-keys.ts.
 */

/** What a derived secret is for; part of its derivation, so that one is never good for another. */
export type SecretPurpose =
  | 'deduction-code'
  | 'card-link'
  | 'invitation'
  | 'password-reset'
  | 'activation-link'
  | 'device'
  | 'session'
  | 'stop-link'
  | 'position'
  | 'idempotency'
  | 'claim'
  | 'api-key'
  | 'card-code'
  | 'cursor'
  | 'throttle'
  | 'clerk-pin'
  | 'subject';

export interface DerivedSecret {
  readonly secret: string;
  readonly keyVersion: number;
}

export abstract class Vault {
  /** The version that new derivations use. */
  abstract readonly keyVersion: number;

  /** Base32 (Crockford, upper case) of HMAC(key of `version`, purpose, ...parts); `characters` × 5 bits. */
  abstract derive(purpose: SecretPurpose, parts: readonly (string | number)[], characters: number, version?: number): string;
  /** Uniform decimal digits by rejection sampling over the same derivation. */
  abstract deriveDigits(purpose: SecretPurpose, parts: readonly (string | number)[], digits: number, version?: number): string;
  /** Keyed hash for facts and look-ups (base64url, 32 bytes). With `version` omitted: the look-up key that is never rotated. */
  abstract hash(purpose: SecretPurpose, value: string, version?: number): string;
  /** Constant-time comparison of two strings. */
  abstract equal(a: string, b: string): boolean;
  /** AES-256-GCM under the vault's key: `v1.<iv>.<ciphertext+tag>` in base64url. `bound` is authenticated, not stored. */
  abstract seal(plain: string, bound: string): string;
  /** @throws Error when the text was tampered with or bound to something else. */
  abstract unseal(sealed: string, bound: string): string;
}

/** Keys of persons. Written durably before the first fact that needs them; destroyed by an erasure, with a tombstone. */
export abstract class PersonKeys {
  /**
   * Keys for these subjects, made and durable where they are missing (never for an erased subject: it is absent from the answer).
   * An e-mail address joins its subject to the same person's others, so that erasing a person finds them all.
   */
  abstract ensure(network: string, subjects: ReadonlyMap<string, { readonly email?: string }>): Promise<ReadonlyMap<string, Buffer>>;
  /** Keys that exist, by subject; erased and unknown ones are absent. Cached. */
  abstract load(subjects: readonly string[]): Promise<ReadonlyMap<string, Buffer>>;
  /** The cached keys, without asking the store; `undefined` when at least one subject is not cached. */
  abstract cached(subjects: readonly string[]): ReadonlyMap<string, Buffer> | undefined;
  /** What joins subjects: the keyed hash of the address, however it is typed (case, spaces around it). Per network. */
  abstract joinOf(network: string, email: string): string;
  /** All subjects that were joined by this hash. */
  abstract subjectsOf(network: string, joinedBy: string): Promise<readonly string[]>;
  /** Replaces the key with a tombstone, durably: the subject never gets a key again. */
  abstract destroy(network: string, subject: string): Promise<void>;
  /** Another thread or instance destroyed these: cached keys go, and whoever holds values read with them is told. */
  abstract forget(subjects: readonly string[]): void;
  /** Calls back whenever keys were destroyed or forgotten, so that states in memory which hold the values are dropped. */
  abstract onForgotten(listener: (subjects: readonly string[]) => void): void;
}
