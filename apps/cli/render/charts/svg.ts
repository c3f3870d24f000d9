import { visible } from '../visible.js';

/** Text inside an element or an attribute. */
function escaped(text: string): string {
  return visible(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

function attributesText(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter((entry): entry is [string, string | number] => entry[1] !== undefined)
    .map(([name, value]) => ` ${name}="${escaped(typeof value === 'number' ? String(Math.round(value * 100) / 100) : value)}"`)
    .join('');
}

/** An element with other elements inside. */
export function element(name: string, attributes: Attributes, ...inside: readonly string[]): string {
  return inside.length === 0
    ? `<${name}${attributesText(attributes)}/>`
    : `<${name}${attributesText(attributes)}>${inside.join('')}</${name}>`;
}

export interface TextStyle {
  readonly size?: number;
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly fill?: string;
  readonly weight?: number;
  /** Turned about its own point, in degrees. */
  readonly turn?: number;
}

export function text(x: number, y: number, said: string, { size = 14, anchor = 'start', fill, weight, turn }: TextStyle = {}): string {
  const attributes = {
    ...{ x, y, 'font-size': size, 'text-anchor': anchor, fill, 'font-weight': weight },
    transform: turn === undefined ? undefined : `rotate(${turn} ${x} ${y})`,
  };
  return element('text', attributes, escaped(said));
}

export function line(x1: number, y1: number, x2: number, y2: number, attributes: Attributes = {}): string {
  return element('line', { x1, y1, x2, y2, ...attributes });
}

export function rect(x: number, y: number, width: number, height: number, attributes: Attributes = {}): string {
  return element('rect', { x, y, width: Math.max(0, width), height: Math.max(0, height), ...attributes });
}

/** About how wide a text is: the renderer's own fonts are not known here. */
export function widthOf(said: string, size: number): number {
  return [...said].length * size * 0.56;
}
