import { NetworkFacade } from '../../src/network/network.facade';
import { Alerts } from '../../src/platform/security/alerts';
import { join, signUp, textOf, type Visitor } from '../network/visitor';
import { startApp, type TestApp } from '../support/app';

let app: TestApp;
let owner: Visitor;
let network: string;

beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'harbor');
  network = (await app.app.get(NetworkFacade).networkBySlug('harbor'))!.id;
});
afterAll(() => app.stop());

describe('The overview', () => {
  it('of an empty network names the first steps, and no figure', async () => {
    const text = await textOf(await owner.get('/n/harbor'));
    expect(text).toContain('Nothing waits for you.');
    expect(text).toContain('Add your first business');
    expect(text).toContain('Invite the people who work with you');
    expect(text).not.toContain('Balances on cards');
  });

  it('drops a step that is done', async () => {
    await owner.post('/n/harbor/locations', { name: 'Blue Door', email: 'blue@example.com' });
    expect(await textOf(await owner.get('/n/harbor/locations'))).toContain('Blue Door');
    expect(await textOf(await owner.get('/n/harbor'))).not.toContain('Add your first business');
  });

  it('speaks French', async () => expect(await textOf(await owner.get('/n/harbor?lang=fr'))).toContain('Rien ne vous attend.'));

  it('shows an alert to everybody of the company until a manager has seen it', async () => {
    await owner.get('/n/harbor?lang=en');
    const clerk = await join(app, owner, 'harbor', 'clerk@example.com', ['employee']);
    const alerts = app.app.get(Alerts);
    for (let time = 0; time < 15; time += 1) await alerts.wrongCode(network, { place: '203.0.113.7' });
    const html = await (await owner.get('/n/harbor')).text();
    expect(html).toContain('15 wrong codes from one place');
    const path = /action="(\/n\/harbor\/alerts\/[^"]+\/acknowledgement)"/.exec(html)![1]!;
    const forClerk = await (await clerk.get('/n/harbor')).text();
    expect(forClerk).toContain('15 wrong codes from one place');
    expect(forClerk).not.toContain('/acknowledgement');
    expect((await clerk.post(path)).status).toBe(403);
    expect((await owner.post(path)).status).toBe(303);
    expect(await textOf(await owner.get('/n/harbor'))).not.toContain('15 wrong codes');
  });
});
