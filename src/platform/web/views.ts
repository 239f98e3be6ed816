import { Inject, Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { NavigationPage } from '../../kernel/registration';
import { Registry } from '../registry';
import type { EmployeeCaller } from '../security/caller';
import { Assets } from './assets';
import { nameFields } from './field-names';
import { Flashes } from './flashes';
import type { Page, PageNetwork, PageRequest } from './page';
import { setPolicy } from './security-headers';

const BAR = 4;

export interface NavigationLink {
  readonly url: string;
  readonly label: string;
  readonly icon: string;
  readonly current: boolean;
}

/** Renders pages: the model of a feature inside the layout, with what every page shows around it. */
@Injectable()
export class Views {
  private app?: FastifyInstance;

  constructor(
    private readonly registry: Registry,
    @Inject(Assets) private readonly assets: Assets,
    private readonly flashes: Flashes,
  ) {}

  /** Called once by the server when @fastify/view is there. */
  attach(app: FastifyInstance): void {
    this.app = app;
  }

  async send(request: PageRequest, reply: FastifyReply, page: Page): Promise<string> {
    const { status, csp } = page.options;
    const html = await this.render(request, reply, page);
    reply.code(status ?? 200);
    if (csp) setPolicy(reply, csp);
    reply.type('text/html; charset=utf-8');
    return html;
  }

  private async render(request: PageRequest, reply: FastifyReply, { view, model, options }: Page): Promise<string> {
    if (!this.app) throw new Error('The views are not attached to the server');
    const { reader } = request;
    const network = options.network ?? request.network;
    const employee = request.caller?.kind === 'employee' ? request.caller : undefined;
    const shell = options.shell ?? (employee && request.network ? 'office' : 'public');
    const flash = this.flashes.take(request, reply);
    const navigation = shell === 'office' && employee && network ? this.navigation(request, network, employee) : [];
    const title = model.form?.invalid ? reader.t('web.error-title', { title: model.title }) : model.title;
    const chrome = {
      title: network ? `${title} · ${network.name}` : title,
      office: shell === 'office',
      shell,
      network,
      home: network && employee ? `/n/${network.slug}` : network ? undefined : '/',
      base: network ? `/n/${network.slug}` : '',
      caller: employee,
      bar: navigation.slice(0, BAR),
      more: navigation.slice(BAR),
      flash: flash && reader.t(flash.key, flash.values),
      stylesheets: [this.assets.url('largesse.css'), ...(network ? [this.assets.brandUrl(network.brand)] : [])],
      scripts: (options.scripts ?? []).map((name) => this.assets.url(name)),
      manifest: options.manifest,
      touchIcon: options.manifest && this.assets.url('app-192.png'),
      favicon: this.assets.url('favicon.svg'),
      otherLanguage: otherLanguage(request),
    };
    const render = (this.app as unknown as { view(view: string, data: object): Promise<string> }).view;
    const html = await render.call(this.app, view, { ...model, reader, network, chrome, icons: new Set<string>() });
    return model.form?.invalid ? nameFields(html, reader) : html;
  }

  private navigation(request: PageRequest, network: PageNetwork, { permissions, locationId }: EmployeeCaller): readonly NavigationLink[] {
    const path = request.url.split('?', 1)[0]!;
    const links = this.registry.pages
      .filter((page) => permissions.has(page.permission) && (locationId === undefined || page.ownLabel !== undefined))
      .map((page) => ({ ...page, label: (locationId && page.ownLabel) ?? page.label, url: urlOf(network, page) }));
    // The longest page address that the request lies under is the current one: the overview is a prefix of them all.
    const current = links
      .filter(({ url, path: own }) => path === url || (own !== '' && path.startsWith(`${url}/`)))
      .sort((a, b) => b.url.length - a.url.length)[0]?.url;
    return links.map(({ url, label, icon }) => ({ url, label: request.reader.t(label), icon, current: url === current }));
  }
}

/** A registered page's path is what follows `/n/{slug}/`; the overview's is empty. */
const urlOf = ({ slug }: PageNetwork, { path }: NavigationPage): string => `/n/${slug}${path === '' ? '' : `/${path.replace(/^\//, '')}`}`;

function otherLanguage(request: PageRequest): { language: string; name: string; url: string } {
  const language = request.reader.language === 'en' ? 'fr' : 'en';
  const [path, query] = request.url.split('?');
  const search = new URLSearchParams(query);
  search.set('lang', language);
  return {
    language,
    name: language === 'fr' ? 'Français' : 'English',
    url: `${request.method === 'GET' ? path : ''}?${search.toString()}`,
  };
}
