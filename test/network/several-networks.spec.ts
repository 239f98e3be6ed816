import { startApp, type TestApp } from '../support/app';
import { signIn, signUp, textOf, Visitor } from './visitor';

const EMAIL = 'nadia@example.com';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
  await signUp(app, 'harbor', EMAIL);
  await signUp(app, 'uptown', EMAIL);
  await app.caughtUp();
});
afterAll(() => app.stop());

const choicesIn = (html: string): Map<string, string> =>
  new Map([...html.matchAll(/name="choice" value="([^"]+)">([^<]+)</g)].map(([, sealed, name]) => [name!, sealed!]));

describe('Somebody with one address in two networks', () => {
  it('is asked which, after the password, and lands there', async () => {
    const visitor = new Visitor(app);
    const answer = await signIn(visitor, EMAIL);
    expect(answer.status).toBe(200);
    expect(visitor.session).toBeUndefined();
    const choices = choicesIn(await answer.text());
    expect([...choices.keys()]).toEqual(['Network harbor', 'Network uptown']);
    const entered = await visitor.post('/sign-in/network', { choice: choices.get('Network uptown')! });
    expect(entered.headers.get('location')).toBe('/n/uptown');
    expect(await textOf(await visitor.get('/n/uptown'))).toContain('Overview');
  });

  it('is not asked when they came for a page of one of them', async () => {
    const answer = await signIn(new Visitor(app), EMAIL, undefined, '/n/uptown/locations');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/n/uptown/locations']);
  });

  it('learns nothing with a wrong password: it reads as an unknown address does', async () => {
    const wrong = await signIn(new Visitor(app), EMAIL, 'not the password');
    const unknown = await signIn(new Visitor(app), 'nobody@example.com', 'not the password');
    expect(wrong.status).toBe(422);
    expect((await textOf(wrong)).replaceAll(EMAIL, '')).toBe((await textOf(unknown)).replaceAll('nobody@example.com', ''));
  });

  it('cannot use a choice that is forged or five minutes old', async () => {
    const visitor = new Visitor(app);
    const [sealed] = choicesIn(await (await signIn(visitor, EMAIL)).text()).values();
    for (const choice of ['', 'v1.x.y', sealed!.replace('v1.', 'v1.A')]) {
      expect((await visitor.post('/sign-in/network', { choice })).headers.get('location')).toBe('/sign-in');
    }
    app.clock.advance(5 * 60_000 + 1);
    expect((await visitor.post('/sign-in/network', { choice: sealed! })).headers.get('location')).toBe('/sign-in');
    expect(visitor.session).toBeUndefined();
  });
});
