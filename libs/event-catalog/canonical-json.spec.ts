import canonicalizeModule from 'canonicalize';
import fc from 'fast-check';
import { holds } from '../testing/property.js';
import { canonicalJson } from './canonical-json.js';

const canonicalize = canonicalizeModule as unknown as (value: object) => string; // as in canonical-json.ts

describe('canonical JSON', () => {
  it('is what the library writes, whatever the order of the keys and the depth', () =>
    holds(
      fc.property(fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue())), (value) => {
        expect(canonicalJson(value)).toBe(canonicalize(value));
      }),
    ));

  it.each([
    ['keys that are numbers', { b: 1, 10: 2, 9: 3 }],
    ['keys that are numbers, in a member', { a: { b: 1, 10: 2, 9: 3 } }],
    ['a key __proto__', JSON.parse('{"b":1,"__proto__":{"d":1,"c":2},"a":3}') as object],
    ['members without a value', { b: undefined, a: { d: 1, c: undefined } }],
    ['holes and what JSON leaves out inside an array', { b: [undefined, , 1], a: 1 }],
    ['what writes itself', { b: { at: new Date(0) }, a: 1 }],
    ['lone surrogates', { b: '\ud800', a: '\udfff' }],
    ['keys by UTF-16 units', { '\u{1f600}': 1, '\ufb33': 2 }],
    ['minus zero and large numbers', { b: -0, a: 1e21 }],
  ])('has %s as the library does', (_what, value) => {
    expect(canonicalJson(value)).toBe(canonicalize(value));
  });

  it('refuses what is no number', () => {
    expect(() => canonicalJson({ b: { a: Number.NaN } })).toThrow('NaN');
    expect(() => canonicalJson({ b: 1, a: [Infinity] })).toThrow('Infinity');
  });
});
