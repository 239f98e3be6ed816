import { NetworkFacade } from '../../../src/network';
import { Models } from '../../../src/platform/read-store/models';
import { signUp, textOf, type Visitor } from '../../network/visitor';
import { startApp, type TestApp } from '../../support/app';
import { worldOf, type World } from '../world';

let app: TestApp;
let world: World;
let owner: Visitor;
beforeAll(async () => {
  app = await startApp();
  owner = await signUp(app, 'window');
  const network = (await app.app.get(NetworkFacade).networkBySlug('window'))!.id;
  world = await worldOf(app, undefined, 'USD', { network, slug: 'window' });
  const people = ['Ana Souza', 'Anabel Reyes', 'Bo Anders', 'Carla Moss', 'Dana Moss'];
  for (const [n, name] of people.entries()) {
    const { id } = await world.card({ recipient: { email: `r${n}@example.com`, name } });
    if (name === 'Carla Moss') await world.post(`/v1/gift-cards/${id}/blocks`, {});
  }
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app?.stop());

/** The page's words, and each tab with its number. */
async function window(query = '') {
  const text = await textOf(await owner.get(`/n/window/gift-cards${query}`));
  const tabs = Object.fromEntries(
    [...text.matchAll(/\b(All|Pending|Active|Used|Blocked|Voided|Expired) ([\d,]+\+?)/g)].map(([, tab, n]) => [tab, n]),
  );
  return { text, tabs };
}

describe('the Gift Cards window', () => {
  it('counts each tab, also of a search: names by the beginning of first or last, and by tab', async () => {
    expect((await window()).tabs).toEqual({ All: '5', Pending: '0', Active: '5', Used: '0', Blocked: '1', Voided: '0', Expired: '0' });
    const ana = await window('?q=an');
    expect(ana.tabs).toMatchObject({ All: '3', Active: '3', Blocked: '0' });
    for (const name of ['Ana Souza', 'Anabel Reyes', 'Bo Anders']) expect(ana.text).toContain(name);
    expect(ana.text).not.toContain('Moss');
    const blocked = await window('?q=moss&status=blocked');
    expect(blocked.tabs).toMatchObject({ All: '2', Blocked: '1' });
    expect(blocked.text).toContain('Carla Moss');
    expect(blocked.text).not.toContain('Dana Moss');
  });

  it('says of many that they are more than ten thousand, and asks no further', async () => {
    const counted = jest
      .spyOn(app.app.get(Models), 'count')
      .mockImplementation((_model, query) => Promise.resolve(query?.limit ?? Infinity));
    const { text, tabs } = await window();
    expect(counted).toHaveBeenCalled();
    expect(tabs.All).toBe('10,000+');
    expect(text).toContain('More than 10,000 cards, newest first');
    counted.mockResolvedValue(10_000);
    expect((await window()).text).toContain('10,000 cards, newest first');
    expect((await window()).tabs.All).toBe('10,000');
  });
});
