import { AmountTooLarge, LARGEST_AMOUNT } from '../domain/shared/money.js';
import { addMoney } from './money-sums.js';

describe('sums of money', () => {
  it('are refused beyond what a number holds exactly, never rounded', () => {
    const sums = new Map<string, number>();
    for (let deal = 0; deal < 90; deal += 1) addMoney(sums, 'EUR', LARGEST_AMOUNT);
    expect(sums.get('EUR')).toBe(90 * LARGEST_AMOUNT);
    expect(() => {
      addMoney(sums, 'EUR', LARGEST_AMOUNT);
    }).toThrow(AmountTooLarge);
  });
});
