import { Passwords, weakness } from '../../../src/platform/security/passwords';
import { openParts, type Parts } from './stores';

describe('A password is', () => {
  it.each([
    ['too-short', 'eleven char'],
    ['too-long', 'x1y2'.repeat(40)],
    ['too-simple', 'password1234567'],
    ['too-simple', 'Qwerty!!!!!!2026'],
    ['too-simple', 'aaaaaaaaaaaaaaaa'],
    ['too-simple', 'abababababababab'],
    ['too-simple', '1234567890123456'],
    ['too-simple', 'abcdefghijklmnop'],
    ['about-you', 'harborstreet2026'],
    ['about-you', 'NadiaNadia123456'],
    [undefined, 'velvet anchor morning'],
    [undefined, 'correct horse battery staple'],
    [undefined, 'Harbor lights at dawn'],
    [undefined, 'пароль из слов и дождя'],
    [undefined, '8fK2#qLm9!vTz4'],
  ])('%s: %s', (why, password) => expect(weakness(password, ['nadia', 'Roy', 'Harbor', 'Street'])).toBe(why));
});

describe('A kept password', () => {
  let parts: Parts;
  let passwords: Passwords;
  beforeAll(async () => {
    parts = await openParts();
    passwords = new Passwords(parts.store, parts.ids);
    await passwords.onModuleInit();
  });
  afterAll(() => parts.close());

  it('is an argon2id hash with OWASP’s parameters, and matches only itself', async () => {
    const id = await passwords.keep('emp_1', 'velvet anchor morning');
    const stored = (await parts.store.fetch<{ hash: string }>('credentials', id))!.doc.hash;
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,(t=2,p=1|p=1,t=2)\$/);
    expect(await passwords.matches(id, 'velvet anchor morning')).toBe(true);
    expect(await passwords.matches(id, 'velvet anchor evening')).toBe(false);
  });

  it('matches however its accents were typed', async () => {
    const id = await passwords.keep('emp_1', 'été à la crème brûlée');
    expect(await passwords.matches(id, 'été à la crème brûlée'.normalize('NFD'))).toBe(true);
  });

  it('never matches without an id, or when it was forgotten', async () => {
    const id = await passwords.keep('emp_1', 'velvet anchor morning');
    await passwords.forget(id);
    expect(await passwords.matches(id, 'velvet anchor morning')).toBe(false);
    expect(await passwords.matches(undefined, 'velvet anchor morning')).toBe(false);
  });

  it('is checked two at a time, and a flood is told to come back', async () => {
    const id = await passwords.keep('emp_1', 'velvet anchor morning');
    const answers = await Promise.allSettled(Array.from({ length: 110 }, () => passwords.matches(id, 'velvet anchor morning')));
    const refused = answers.filter((answer): answer is PromiseRejectedResult => answer.status === 'rejected');
    expect(answers.filter((answer) => answer.status === 'fulfilled' && answer.value)).toHaveLength(102);
    expect(refused).toHaveLength(8);
    expect(refused[0]!.reason).toMatchObject({ name: 'Busy', retryAfterSeconds: 5 });
  });
});
