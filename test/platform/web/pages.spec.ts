import { Get, Param, Post, Req } from '@nestjs/common';
import { Rejection } from '../../../src/kernel/rejection';
import { Public } from '../../../src/platform/security/permit';
import { Form, Forms } from '../../../src/platform/web/form';
import {
  Email,
  Flag,
  Line,
  MoneyField,
  MoneyInput,
  Nested,
  Optional,
  Paragraph,
  Secret,
  Time,
  Whole,
} from '../../../src/platform/web/input';
import { Page, SeeOther, type PageRequest } from '../../../src/platform/web/page';
import { PageController } from '../../../src/platform/web/page-controller';
import { startWeb, type WebApp } from '../../support/web';

class Someone {
  @Line(50) name!: string;
  @Optional() @Email() email?: string;
}
class DeductForm {
  @MoneyField() amount!: MoneyInput;
  @Nested(() => Someone) buyer!: Someone;
  @Optional() @Paragraph(200) note?: string;
  @Optional() @Time() at?: string;
  @Optional() @Whole(1, 5) times?: number;
  @Flag() notify!: boolean;
  @Secret(100) password!: string;
}

let received: DeductForm | undefined;

@PageController('n/:slug/cards')
class CardsPages {
  constructor(private readonly forms: Forms) {}

  @Get()
  @Public()
  show(): Page {
    return this.page(new Form({ amount: '25.00' }));
  }

  @Post()
  @Public()
  submit(@Req() request: PageRequest): Promise<Page | SeeOther> {
    return this.forms.handle(request, DeductForm, {
      then: async (input) => {
        received = input;
        if (input.amount.amount > 7450) throw new Rejection('too-little', { balance: { amount: 7450, currency: 'USD' } });
        if (input.buyer.name === 'Nobody') throw new Rejection('blocked');
        return new SeeOther('/n/harbor-street/cards', { flash: 'test.done', values: { amount: input.amount } });
      },
      again: (form) => this.page(form),
      fieldOf: { 'too-little': 'amount' },
    });
  }

  @Get(':id/fails')
  @Public()
  fail(@Param('id') id: string): never {
    if (id === 'refused') throw new Rejection('not-found');
    throw new Error('secret detail');
  }

  private page(form: Form): Page {
    return new Page('platform/web/design', {
      title: 'Cards',
      form,
      right: form,
      wrong: form,
      statuses: [],
      entries: [],
      rows: [],
      balance: { amount: 0, currency: 'USD' },
    });
  }
}

const good = { amount: '$25', 'buyer.name': 'Dana', password: 'hunter2 hunter2' };

let web: WebApp;
beforeAll(async () => {
  web = await startWeb([CardsPages], {
    rejections: {
      'too-little': { status: 409, en: 'The card has {balance}.', fr: 'La carte a {balance}.' },
      blocked: { status: 409, en: 'The card is blocked.', fr: 'La carte est bloquée.' },
    },
    messages: {
      en: { 'test.done': '{amount} deducted.', 'test.nav': 'Cards' },
      fr: { 'test.done': '{amount} déduits.', 'test.nav': 'Cartes' },
    },
    pages: [
      { path: '', label: 'test.nav', icon: 'home', permission: 'overview', order: 1 },
      { path: 'cards', label: 'test.nav', icon: 'card', permission: 'cards.view', order: 2 },
      { path: 'secrets', label: 'test.nav', icon: 'lock', permission: 'secrets', order: 3 },
    ],
  });
});
afterAll(() => web.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(web.url + path, { redirect: 'manual', headers });
const post = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${web.url}/n/harbor-street/cards`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(form),
  });

describe('a page', () => {
  it('stands in its network: name, brand, contact, title', async () => {
    const html = await (await get('/n/harbor-street/cards')).text();
    expect(html).toContain('<title>Cards · Harbor Street</title>');
    expect(html).toContain('/assets/brand-0f6a73.css');
    expect(html).toContain('mailto:help@harborstreet.example');
    expect(html).toContain('<html lang="en">');
  });

  it('has a strict policy and no inline style or script', async () => {
    const answer = await get('/n/harbor-street/cards');
    const policy = answer.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(answer.headers.get('referrer-policy')).toBe('same-origin');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const html = await answer.text();
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style| style=| on[a-z]+=/);
  });

  it('sends only the icons that it shows', async () => {
    const html = await (await get('/n/harbor-street/cards', { 'x-caller': 'nadia', 'x-permissions': 'overview' })).text();
    const shown = new Set([...html.matchAll(/href="#i-(\w+)"/g)].map(([, name]) => name));
    const sent = [...html.matchAll(/<symbol id="i-(\w+)"/g)].map(([, name]) => name);
    expect(sent.sort()).toEqual([...shown].sort());
  });

  it('shows the navigation that the permissions open, and where one is', async () => {
    const html = await (await get('/n/harbor-street/cards', { 'x-caller': 'nadia', 'x-permissions': 'overview cards.view' })).text();
    expect(html).toContain('<body class="office">');
    expect(html).toContain('<a href="/n/harbor-street">');
    expect(html).toContain('<a href="/n/harbor-street/cards" aria-current="page">');
    expect(html).not.toContain('/n/harbor-street/secrets');
  });

  it('speaks the reader’s language: asked for, kept, else the browser’s', async () => {
    const asked = await get('/n/harbor-street/cards?lang=fr');
    expect(await asked.text()).toContain('<html lang="fr">');
    expect(asked.headers.get('set-cookie')).toContain('lang=fr');
    expect(await (await get('/n/harbor-street/cards', { cookie: 'lang=fr' })).text()).toContain('Aller au contenu');
    expect(await (await get('/n/harbor-street/cards', { 'accept-language': 'de, fr-CA;q=0.8, en;q=0.5' })).text()).toContain(
      '<html lang="fr">',
    );
    expect(await (await get('/n/harbor-street/cards', { cookie: 'lang=xx' })).text()).toContain('<html lang="en">');
  });

  it('is compressed for whoever can read it', async () => {
    const answer = await get('/n/harbor-street/cards', { 'accept-encoding': 'br' });
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(await answer.text()).toContain('</html>');
  });

  it('has its styles for ever, under a name of their content', async () => {
    const html = await (await get('/n/harbor-street/cards')).text();
    const sheet = /href="(\/assets\/largesse\.[\w-]+\.css)"/.exec(html)![1]!;
    const answer = await get(sheet);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect((await answer.text()).length).toBeLessThan(18_500);
    expect(await (await get('/assets/brand-0f6a73.css')).text()).toBe(':root{--brand:#0f6a73}');
    expect((await get('/assets/brand-0f6a73%7D.css')).status).toBe(404);
    expect((await get('/assets/..%2f..%2fmain.js')).status).toBe(404);
  });
});

describe('a form', () => {
  it('becomes input, does its work and redirects; the next page says so once', async () => {
    const answer = await post({ ...good, note: 'a\r\nb', at: '2025-11-14T14:22', times: '3', notify: 'on', 'buyer.email': '' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/n/harbor-street/cards']);
    expect(received).toEqual({
      amount: { amount: 2500, currency: 'USD' },
      buyer: { name: 'Dana' },
      note: 'a\nb',
      at: '2025-11-14T19:22:00.000Z',
      times: 3,
      notify: true,
      password: 'hunter2 hunter2',
    });
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const next = await get('/n/harbor-street/cards', { cookie });
    expect(await next.text()).toContain('$25.00 deducted.');
    expect(next.headers.get('set-cookie')).toMatch(/flash=;/);
    expect(await (await get('/n/harbor-street/cards', { cookie: 'flash=forged' })).text()).not.toContain('deducted');
  });

  it('comes back with what was typed and the errors at their fields', async () => {
    const answer = await post({ amount: 'much', 'buyer.name': 'Dana', 'buyer.email': 'dana@', times: '1.5', password: 'secret word 123' });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain('<title>Error: Cards · Harbor Street</title>');
    expect(html).toContain('role="alert"');
    expect(html).toContain('<a href="#f-amount">Enter an amount such as 25.00.</a>');
    expect(html).toContain('<a href="#f-buyer-email">Enter an e-mail address such as name@example.com.</a>');
    expect(html).toContain('<a href="#f-times">This must be a whole number.</a>');
    expect(html).not.toContain('secret word 123');
  });

  it('shows a refusal at its field, or above the form', async () => {
    const short = await post({ ...good, amount: '100' });
    expect([short.status, (await short.text()).includes('<a href="#f-amount">The card has $74.50.</a>')]).toEqual([409, true]);
    expect(await (await post({ ...good, 'buyer.name': 'Nobody' })).text()).toContain('<li>The card is blocked.</li>');
  });

  it.each([
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin' }, 303],
    [{ 'sec-fetch-site': '', origin: 'https://evil.example' }, 403],
  ])('from %j is answered %d', async (headers, status) => {
    expect((await post(good, headers as Record<string, string>)).status).toBe(status);
  });

  it('needs an origin where the browser does not say the site', async () => {
    const bare = (headers: Record<string, string>) =>
      fetch(`${web.url}/n/harbor-street/cards`, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(good) });
    expect((await bare({})).status).toBe(403);
    expect((await bare({ origin: 'null' })).status).toBe(403);
    expect((await bare({ origin: 'http://largesse.test' })).status).toBe(303);
  });
});

describe('a page that fails', () => {
  it('says so in a page, and nothing of the cause', async () => {
    const bug = await get('/n/harbor-street/cards/x/fails');
    const html = await bug.text();
    expect([bug.status, html.includes('secret detail')]).toEqual([500, false]);
    expect(html).toContain(bug.headers.get('x-request-id')!);
    const missing = await get('/nowhere', { 'accept-language': 'fr' });
    expect([missing.status, (await missing.text()).includes('Page introuvable')]).toEqual([404, true]);
    expect((await get('/n/harbor-street/cards/refused/fails')).status).toBe(404);
  });

  it('has a page for each code of the API', async () => {
    expect(await (await get('/problems/blocked')).text()).toContain('The card is blocked.');
    expect((await get('/problems/unheard-of')).status).toBe(404);
  });
});

describe('operations', () => {
  it('health, metrics and the document answer', async () => {
    expect(await (await get('/health/live')).json()).toEqual({ status: 'ok' });
    expect(await (await get('/health/ready')).json()).toMatchObject({
      status: 'ok',
      info: { eventStore: { status: 'up' }, readStore: { status: 'up' } },
    });
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('largesse_http_request_seconds_count{method="GET",route="/n/:slug/cards",status="200"}');
    expect((await get('/metrics', { 'x-forwarded-for': '10.0.0.1' })).status).toBe(404);
    expect(await (await get('/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
    expect(await (await get('/docs')).text()).toContain('/assets/swagger-ui-bundle.');
  });
});
