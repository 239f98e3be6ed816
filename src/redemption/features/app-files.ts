import { Get, Inject, Req, Res } from '@nestjs/common';
import { Public } from '../../platform/security/permit';
import { Assets } from '../../platform/web/assets';
import { Page, type PageNetwork, type PageReply, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';

/**
 * What makes the screen an app that can be installed (W3C Web Application Manifest), and what it says when the line is down: a worker that
 * answers a page that can't be reached with one sentence, keeps nothing and sends nothing later. Public: browsers fetch some of it
 * without cookies, and it says nothing that the network's address does not.
 */
@PageController('n/:slug/redeem')
export class AppFiles {
  constructor(@Inject(Assets) private readonly assets: Assets) {}

  @Get('app.webmanifest')
  @Public()
  manifest(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): object {
    const { name, brand, slug } = request.network as PageNetwork;
    const icon = (file: string, size: number, purpose: string) => ({
      src: this.assets.url(file),
      sizes: `${size}x${size}`,
      type: 'image/png',
      purpose,
    });
    reply.type('application/manifest+json');
    return {
      id: `/n/${slug}/redeem`,
      name: `${request.reader.t('redemption.app.short')} · ${name}`,
      short_name: request.reader.t('redemption.app.short'),
      start_url: `/n/${slug}/redeem`,
      scope: `/n/${slug}/redeem`,
      display: 'standalone',
      lang: request.reader.language,
      theme_color: brand,
      background_color: '#faf7f5',
      icons: [icon('app-192.png', 192, 'any'), icon('app-512.png', 512, 'any'), icon('app-maskable-512.png', 512, 'maskable')],
    };
  }

  @Get('worker.js')
  @Public()
  worker(@Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): string {
    const { slug, brand } = request.network as PageNetwork;
    const base = `/n/${slug}/redeem`;
    const kept = [`${base}/offline`, this.assets.url('largesse.css'), this.assets.brandUrl(brand)];
    reply.type('text/javascript; charset=utf-8').header('service-worker-allowed', base).header('cache-control', 'no-cache');
    return workerText(JSON.stringify(kept), JSON.stringify(`${base}/offline`));
  }

  @Get('offline')
  @Public()
  offline(@Req() request: PageRequest): Page {
    const { reader } = request;
    const base = `/n/${(request.network as PageNetwork).slug}/redeem`;
    return new Page('redemption/features/offline', { title: reader.t('redemption.offline.title'), base }, { shell: 'device' });
  }
}

/** Only pages that fail are answered here, and only with the one page that says so; everything else is the browser's own business. */
const workerText = (kept: string, offline: string): string => `const KEPT = ${kept};
const NAME = 'offline ' + KEPT.join(' ');
addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(KEPT)));
});
addEventListener('activate', (event) => {
  const isOld = (name) => name.startsWith('offline ') && name !== NAME;
  const clear = (names) => Promise.all(names.filter(isOld).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(clear).then(() => clients.claim()));
});
addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => caches.match(${offline})));
  else if (KEPT.includes(new URL(request.url).pathname)) event.respondWith(fetch(request).catch(() => caches.match(request)));
});
`;
