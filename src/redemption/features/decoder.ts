import { Inject, Injectable } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { Assets } from '../../platform/web/assets';

/**
 * The decoder of QR codes for browsers without one of their own (package `qr`: plain JavaScript, which our security policy lets run),
 * served as it is but for the address of the module that it imports.
 */
@Injectable()
export class Decoder {
  readonly url: string;

  constructor(@Inject(Assets) assets: Assets) {
    const text = (name: string): string => readFileSync(require.resolve(`qr/${name}`), 'utf8').replace(/\n\/\/# sourceMappingURL=.*/g, '');
    assets.add('qr-code.js', Buffer.from(readFileSync(require.resolve('qr'))));
    const decode = text('decode.js').replaceAll(`'./index.js'`, `'${assets.url('qr-code.js')}'`);
    assets.add('qr-decoder.js', Buffer.from(decode));
    this.url = assets.url('qr-decoder.js');
  }
}
