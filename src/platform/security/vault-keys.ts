import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { base32 } from './base32';
import { HmacKey } from './hmac-key';
import { type SecretPurpose, Vault } from './vault';

const SALT = 'largesse';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const GCM = { authTagLength: TAG_BYTES };
const SEALED = /^v(\d+)\.([\w-]{16})\.([\w-]+)$/;
/** Crockford characters in one HMAC of 32 bytes. */
const BLOCK_CHARACTERS = 51;
const BITS_A_CHARACTER = 5;

/**
 * The vault's keys, derived with HKDF from the master keys: one a purpose and version. Version n comes from the n-th master key, so
 * rotating means adding one; older ones stay as long as something made with them may come back.
 */
export class VaultKeys extends Vault {
  readonly keyVersion: number;
  private readonly masters: readonly Buffer[];
  private readonly keys = new Map<string, Buffer>();
  private readonly hmacKeys = new Map<string, HmacKey>();

  /** @throws Error for a master key that is not 32 bytes */
  constructor(...masters: readonly Buffer[]) {
    super();
    if (masters.length === 0 || masters.some((each) => each.length !== 32)) throw new Error('A master key has 32 bytes');
    this.masters = masters;
    this.keyVersion = masters.length;
  }

  derive(purpose: SecretPurpose, parts: readonly (string | number)[], characters: number, version = this.keyVersion): string {
    let text = '';
    for (let block = 0; text.length < characters; block++) {
      const wanted = Math.min(characters - text.length, BLOCK_CHARACTERS);
      const bytes = this.block(purpose, parts, version, block).subarray(0, Math.ceil((wanted * BITS_A_CHARACTER) / 8));
      text += base32(bytes, wanted);
    }
    return text;
  }

  deriveDigits(purpose: SecretPurpose, parts: readonly (string | number)[], digits: number, version = this.keyVersion): string {
    let text = '';
    for (let block = 0; text.length < digits; block++) {
      for (const byte of this.block(purpose, parts, version, block)) {
        if (byte < 250) text += byte % 10; // 250 to 255 would make the digits 0 to 5 likelier than the rest
      }
    }
    return text.slice(0, digits);
  }

  hash(purpose: SecretPurpose, value: string, version?: number): string {
    return this.hmacKey(purpose, version ?? 'lookup').sign(value, 'base64url');
  }

  equal(a: string, b: string): boolean {
    const [left, right] = [Buffer.from(a), Buffer.from(b)];
    return left.length === right.length && timingSafeEqual(left, right);
  }

  seal(plain: string, bound: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key('seal', this.keyVersion), iv, GCM).setAAD(Buffer.from(bound));
    const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v${this.keyVersion}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  unseal(sealed: string, bound: string): string {
    const [, version, iv, body] = SEALED.exec(sealed) ?? [];
    if (!version || !iv || !body) throw new Error('This text was not sealed by the vault');
    const bytes = Buffer.from(body, 'base64url');
    const key = this.key('seal', Number(version));
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), GCM).setAAD(Buffer.from(bound));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    // Decoded here: letting the decipher decode costs it a third more. GCM gives everything at once; `final` only checks the tag.
    const plain = decipher.update(bytes.subarray(0, -TAG_BYTES));
    decipher.final();
    return plain.toString('utf8');
  }

  /** Each part goes in with its length, so that ['ab', 'c'] and ['a', 'bc'] differ; the number 1 and the text '1' don't. */
  private block(purpose: SecretPurpose, parts: readonly (string | number)[], version: number, block: number): Buffer {
    let text = `${block}|`;
    for (const part of parts) text += `${String(part).length}:${part}`;
    return this.hmacKey(purpose, version).sign(text, 'buffer');
  }

  private hmacKey(purpose: SecretPurpose, version: number | 'lookup'): HmacKey {
    const name = `${purpose}/${version}`;
    let known = this.hmacKeys.get(name);
    if (!known) this.hmacKeys.set(name, (known = new HmacKey(this.key(purpose, version))));
    return known;
  }

  /** `lookup` is the key of look-ups, always of the first master key: what it found once it must find for ever. */
  private key(purpose: SecretPurpose | 'seal', version: number | 'lookup'): Buffer {
    const name = `${purpose}/${version}`;
    const known = this.keys.get(name);
    if (known) return known;
    const master = this.masters[version === 'lookup' ? 0 : version - 1];
    if (!master) throw new Error(`The vault has no key of version ${version}`);
    const key = Buffer.from(hkdfSync('sha256', master, SALT, name, 32));
    this.keys.set(name, key);
    return key;
  }
}
