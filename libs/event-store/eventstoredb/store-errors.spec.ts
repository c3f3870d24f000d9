import { asPortError } from './store-errors.js';

describe('a store that is away', () => {
  it('is told with the reason alone, out of what the transport wraps around it', () => {
    const wrapped = '14 UNAVAILABLE: No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:2113. Resolution note: ';
    expect(asPortError(new Error(wrapped))).toMatchObject({
      ...{ name: 'EventStoreUnavailable', message: 'the event store cannot be reached: connect ECONNREFUSED 127.0.0.1:2113' },
    });
    expect(asPortError(new Error('the stream was cut'))).toMatchObject({
      message: 'the event store cannot be reached: the stream was cut',
    });
  });
});
