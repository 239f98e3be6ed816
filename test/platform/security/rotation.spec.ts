import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signIn, signUp, textOf, Visitor } from '../../network/visitor';
import { readConfig } from '../../../src/platform/config';
import { eventually, startApp, type TestApp } from '../../support/app';

const key = (): string => randomBytes(32).toString('base64');

describe('MASTER_KEY', () => {
  it('takes several keys, oldest first, with commas', () => {
    const keys = [key(), key()];
    const { masterKeys } = readConfig({ MASTER_KEY: keys.join(', ') });
    expect(masterKeys!.map((each) => each.toString('base64'))).toEqual(keys);
  });

  it.each([
    ['a short one among them', `${key()},c2hvcnQ=`],
    ['an empty one', `${key()},`],
  ])('refuses %s', (_, text) => expect(() => readConfig({ MASTER_KEY: text })).toThrow('MASTER_KEY is not 32 bytes'));

  it('refuses one key twice', () => {
    const same = key();
    expect(() => readConfig({ MASTER_KEY: `${same},${same}` })).toThrow('names one key twice');
  });
});

describe('A new master key', () => {
  let app: TestApp;
  afterEach(() => app.stop());

  it('leaves everything readable: people sign in, names are there, new ones can be written, sessions live', async () => {
    app = await startApp();
    const owner = await signUp(app, 'harbor');
    const { folder } = app;
    const old = (await readFile(join(folder, 'master.key'), 'utf8')).trim();
    await app.app.close();
    app = await startApp({ folder, env: { MASTER_KEY: `${old},${key()}` } });
    expect(app.vault.keyVersion).toBe(2);
    expect(await textOf(await owner.copy(app).get('/n/harbor'))).toContain('Nadia Quill');
    const again = new Visitor(app);
    expect((await signIn(again, 'owner@harbor.example')).status).toBe(303);
    await again.post('/n/harbor/locations', { name: 'Blue Door', email: 'blue@example.com' });
    const listed = async () => (await textOf(await again.get('/n/harbor/locations'))).includes('blue@example.com');
    await eventually(listed, 'a location whose address was sealed under the new key');
  });
});
