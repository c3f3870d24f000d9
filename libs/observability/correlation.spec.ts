import { callerPlace, placeOf } from './correlation.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('the trace of a correlation id', () => {
  it('is the id itself where it is a UUID or a trace id, and its hash where it is anything else', () => {
    expect(placeOf('C9A646D3-9C61-4CB7-BFCD-EE2522C8F633').traceId).toBe('c9a646d39c614cb7bfcdee2522c8f633');
    expect(placeOf(TRACE).traceId).toBe(TRACE);
    expect(placeOf('import-2026-11')).toEqual({
      traceId: 'c67836fd5b32cdaae949cd573e4573d0',
      spanId: 'b2dfc4db7cd09161',
    });
    expect(placeOf('0'.repeat(32)).traceId).not.toBe('0'.repeat(32));
  });
});

describe('the caller’s span', () => {
  it('is read from traceparent, also of a later version, and is none where the header is not of that form', () => {
    expect(callerPlace(`00-${TRACE}-00f067aa0ba902b7-01`)).toEqual({ traceId: TRACE, spanId: '00f067aa0ba902b7', sampled: true });
    expect(callerPlace(`cc-${TRACE}-00f067aa0ba902b7-00-more`)).toMatchObject({ sampled: false });
    for (const wrong of [undefined, '', `ff-${TRACE}-00f067aa0ba902b7-01`, `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${TRACE}-01`])
      expect(callerPlace(wrong)).toBeUndefined();
  });
});
