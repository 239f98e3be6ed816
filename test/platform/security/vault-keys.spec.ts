import { describe, expect, it } from '@jest/globals';
import { base32 } from '../../../src/platform/security/base32';
import { VaultKeys } from '../../../src/platform/security/vault-keys';
import { SettableClock } from '../../support/fakes';
import { RandomIds } from '../../../src/platform/random-ids';

const first = Buffer.alloc(32, 7);
const second = Buffer.alloc(32, 8);
const vault = new VaultKeys(first);
const rotated = new VaultKeys(first, second);

describe('Derived secrets', () => {
  it('are the same for ever: mails of an old version must still be made after an update', () => {
    expect(vault.derive('card-link', ['card_1', 1], 26)).toBe('RK80AAQ1C1V2F2JCVV6M6YWWTF');
    expect(vault.deriveDigits('deduction-code', ['card_1', 'ded_1'], 6)).toBe('260118');
    expect(vault.hash('card-code', '0123456789ABCDEF')).toBe('EL_g6GLse8SOivGFsv4qX2jq1IahVaoZ21HmqZZUJZ0');
  });
  it('differ by purpose, by each part, and by where one part ends', () => {
    const secrets = [
      vault.derive('card-link', ['ab', 'c'], 20),
      vault.derive('card-link', ['a', 'bc'], 20),
      vault.derive('card-link', ['abc'], 20),
      vault.derive('stop-link', ['abc'], 20),
    ];
    expect(new Set(secrets).size).toBe(4);
    expect(vault.derive('card-link', [1], 20)).toBe(vault.derive('card-link', ['1'], 20));
  });
  it('are as long as asked for', () => expect(vault.derive('session', ['x'], 120)).toMatch(/^[0-9A-HJKMNP-TV-Z]{120}$/));
  it('follow the key version; what an older one made can still be derived', () => {
    expect(rotated.keyVersion).toBe(2);
    expect(rotated.derive('card-link', ['x'], 20)).not.toBe(vault.derive('card-link', ['x'], 20));
    expect(rotated.derive('card-link', ['x'], 20, 1)).toBe(vault.derive('card-link', ['x'], 20));
    expect(() => vault.derive('card-link', ['x'], 20, 2)).toThrow('version 2');
  });
  it('have digits that are equally likely in every place', () => {
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0));
    const codes = 20_000;
    for (let i = 0; i < codes; i++) {
      const code = vault.deriveDigits('deduction-code', ['card', i], 6);
      for (let place = 0; place < 6; place++) (counts[place] as number[])[Number(code[place])]! += 1;
    }
    for (const place of counts) {
      const chiSquare = place.reduce((sum, count) => sum + (count - codes / 10) ** 2 / (codes / 10), 0);
      expect(chiSquare).toBeLessThan(33.7); // nine degrees of freedom: passed by all but one fair code in ten thousand
    }
  });
});

describe('Hashes', () => {
  it('for look-ups do not change when keys are rotated; versioned ones do', () => {
    expect(rotated.hash('api-key', 'x')).toBe(vault.hash('api-key', 'x'));
    expect(rotated.hash('api-key', 'x', 2)).not.toBe(vault.hash('api-key', 'x', 1));
    expect(vault.hash('api-key', 'x', 1)).not.toBe(vault.hash('api-key', 'x'));
    expect(vault.hash('api-key', 'x')).not.toBe(vault.hash('card-code', 'x'));
  });
  it('are compared whole', () => {
    expect(vault.equal('abc', 'abc')).toBe(true);
    for (const other of ['abd', 'ab', 'abcd', '']) expect(vault.equal('abc', other)).toBe(false);
  });
});

describe('Sealed text', () => {
  it('opens with what it was bound to, also after a rotation', () => {
    const sealed = vault.seal('4929 ünïcødé', 'card_1');
    expect(sealed).toMatch(/^v1\.[\w-]{16}\.[\w-]+$/);
    expect(rotated.unseal(sealed, 'card_1')).toBe('4929 ünïcødé');
    expect(rotated.seal('x', 'card_1')).toMatch(/^v2\./);
  });
  it('does not open for another place, when altered, or when it is something else', () => {
    const sealed = vault.seal('secret', 'card_1');
    const altered = sealed.replace(/.(?=.{4}$)/, (letter) => (letter === 'A' ? 'B' : 'A'));
    expect(() => vault.unseal(sealed, 'card_2')).toThrow();
    expect(() => vault.unseal(altered, 'card_1')).toThrow();
    expect(() => vault.unseal(sealed.replace('v1', 'v2'), 'card_1')).toThrow();
    expect(() => vault.unseal('secret', 'card_1')).toThrow('not sealed');
  });
  it('never looks the same twice', () => expect(vault.seal('x', 'y')).not.toBe(vault.seal('x', 'y')));
});

describe('A master key', () => {
  it('has 32 bytes', () => {
    expect(() => new VaultKeys(Buffer.alloc(16))).toThrow('32 bytes');
    expect(() => new VaultKeys()).toThrow('32 bytes');
  });
});

describe('Ids', () => {
  const clock = new SettableClock();
  const ids = new RandomIds(clock, vault);
  it('sort by time and never repeat', () => {
    const made: string[] = [];
    for (let i = 0; i < 200; i++) {
      made.push(ids.next('card'));
      clock.advance(1);
    }
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(200);
    expect(made[0]).toMatch(/^card_[0-9A-HJKMNP-TV-Z]{26}$/);
  });
  it('derived from a key are the same for ever, also when keys are rotated, and differ by network, operation and key', () => {
    const id = ids.derived('card', 'net_1', 'create-gift-card', 'k');
    expect(new RandomIds(clock, rotated).derived('card', 'net_1', 'create-gift-card', 'k')).toBe(id);
    expect(id).toMatch(/^card_[0-9A-HJKMNP-TV-Z]{26}$/);
    const others = [
      ids.derived('card', 'net_2', 'create-gift-card', 'k'),
      ids.derived('card', 'net_1', 'x', 'k'),
      ids.derived('card', 'net_1', 'create-gift-card', 'l'),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });
  it('that are secrets have as many characters as asked for', () => {
    expect(ids.secret(16)).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/);
    expect(ids.secret(16)).not.toBe(ids.secret(16));
  });
});

describe('Base32', () => {
  it.each([
    ['', ''],
    ['ff', 'ZW'],
    ['0000000000', '00000000'],
    ['f83e0f83e0', 'Z0Z0Z0Z0'],
    ['00443214c74254b635cf84653a56d7c675be77df', '0123456789ABCDEFGHJKMNPQRSTVWXYZ'],
  ])('of %s is %s', (hex, text) => expect(base32(Buffer.from(hex, 'hex'))).toBe(text));
});
