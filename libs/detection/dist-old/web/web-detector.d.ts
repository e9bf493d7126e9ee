import { type LogGap, type WebRequest } from '@plimsoll/contracts';
import type { Detector } from '../detector.js';
import { type WebModel } from './web-model.js';
import { type WebState } from './web-state.js';
export declare const WEB = "web";
/** Judges the web requests of one session. See docs/detection-web.md. */
export declare const webDetector: Detector<WebRequest | LogGap, WebState, WebModel>;
//# sourceMappingURL=web-detector.d.ts.map