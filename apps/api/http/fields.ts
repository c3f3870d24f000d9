import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, ValidateIf, ValidateNested, registerDecorator } from 'class-validator';
import { NOT_IN_SOURCE } from '../../../libs/domain/shared/envelope.js';
import { ID_PATTERN } from '../../../libs/domain/shared/ids.js';
import { parseCalendarDate } from '../../../libs/domain/shared/instant.js';
import { parseRate } from '../../../libs/domain/shared/exchange-rate.js';
import { unfitCharacter } from '../../../libs/domain/shared/text.js';
import { isCurrency, LARGEST_AMOUNT, minorDigits, moneyText, parseAmount } from '../../../libs/domain/shared/money.js';

// One decorator a field: what is checked and what OpenAPI says of it cannot drift apart.

/** What is wrong with the value, undefined where nothing is. */
type Check = (value: unknown, of: object) => string | undefined;

export interface FieldOptions {
  readonly about?: string;
  readonly example?: unknown;
  /** May be left out. */
  readonly optional?: boolean;
  /** May be null. */
  readonly nullable?: boolean;
}

type Schema = Readonly<Record<string, unknown>>;

function documented(schema: Schema, { about, example, optional, nullable }: FieldOptions): PropertyDecorator {
  return ApiProperty({
    ...schema,
    required: !optional,
    ...(nullable ? { nullable: true } : {}),
    ...(about === undefined ? {} : { description: about }),
    ...(example === undefined ? {} : { example }),
  });
}

/** Not class-validator's IsOptional: that lets null pass as well. */
function whenGiven({ optional, nullable }: FieldOptions): PropertyDecorator[] {
  if (!optional && !nullable) return [];
  return [ValidateIf((_: object, value: unknown) => !(optional && value === undefined) && !(nullable && value === null))];
}

export function Leaf(check: Check, schema: Schema, options: FieldOptions = {}): PropertyDecorator {
  const checked: PropertyDecorator = (target, property) =>
    registerDecorator({
      name: 'leaf',
      target: target.constructor,
      propertyName: property as string, // our fields have names, no symbols
      validator: {
        validate: (value: unknown, context) => check(value, context?.object ?? {}) === undefined,
        defaultMessage: (context) => check(context?.value, context?.object ?? {}) ?? 'is wrong',
      },
    });
  return applyDecorators(documented(schema, options), ...whenGiven(options), checked);
}

/** Text that canonical JSON, every store and every terminal can hold. */
export function textFault(value: unknown, longest: number): string | undefined {
  if (typeof value !== 'string') return 'must be text';
  if (value.trim() === '') return 'must not be empty';
  if (value.length > longest) return `must not be longer than ${longest} characters`;
  return unfitCharacter(value) === undefined ? undefined : 'must be well-formed text without control characters';
}

/** A name, a label: one line. */
export function Name(options: FieldOptions = {}): PropertyDecorator {
  return Leaf((value) => textFault(value, 200), { type: 'string', minLength: 1, maxLength: 200 }, options);
}

/** Free text of people. */
export function FreeText(options: FieldOptions = {}): PropertyDecorator {
  return Leaf((value) => textFault(value, 4_000), { type: 'string', minLength: 1, maxLength: 4_000 }, options);
}

export function idFault(value: unknown): string | undefined {
  if (typeof value !== 'string' || !ID_PATTERN.test(value))
    return 'must be an id: 1 to 120 letters, digits and . _ ~ -, a letter or digit first';
  return value === NOT_IN_SOURCE ? `must not be '${NOT_IN_SOURCE}': only an import may say so` : undefined;
}

export const ID_SCHEMA = { type: 'string', pattern: ID_PATTERN.source } as const;

export function Id(options: FieldOptions = {}): PropertyDecorator {
  return Leaf(idFault, ID_SCHEMA, options);
}

export function OneOf(values: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => (values.includes(value as string) ? undefined : `must be one of ${values.join(', ')}`);
  return Leaf(check, { type: 'string', enum: [...values] }, options);
}

export function WholeNumber(range: { readonly least: number; readonly most: number }, options: FieldOptions = {}): PropertyDecorator {
  const { least, most } = range;
  const check: Check = (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
      ? undefined
      : `must be a whole number from ${least} to ${most}`;
  return Leaf(check, { type: 'integer', minimum: least, maximum: most }, options);
}

/** A whole number of basis points, or that it is not known. */
export function Chance(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) =>
    value === 'unknown' || (Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= 10_000)
      ? undefined
      : "must be whole basis points, 0 to 10000, or 'unknown'";
  const schema = {
    oneOf: [
      { type: 'integer', minimum: 0, maximum: 10_000 },
      { type: 'string', enum: ['unknown'] },
    ],
  };
  return Leaf(check, schema, options);
}

export function Flag(options: FieldOptions = {}): PropertyDecorator {
  return Leaf((value) => (typeof value === 'boolean' ? undefined : 'must be true or false'), { type: 'boolean' }, options);
}

export function Day(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) =>
    typeof value === 'string' && parseCalendarDate(value) !== undefined ? undefined : 'must be a day of the calendar such as 2017-10-15';
  return Leaf(check, { type: 'string', format: 'date' }, options);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

export function instantFault(value: unknown): string | undefined {
  const at = typeof value === 'string' && INSTANT.test(value) ? Date.parse(value) : NaN;
  const exists = !Number.isNaN(at) && parseCalendarDate((value as string).slice(0, 10)) !== undefined;
  return exists && at >= -62_135_596_800_000 ? undefined : 'must be an instant with its offset such as 2017-10-15T09:30:00Z';
}

export function Instant(options: FieldOptions = {}): PropertyDecorator {
  return Leaf(instantFault, { type: 'string', format: 'date-time' }, options);
}

export function currencyFault(value: unknown): string | undefined {
  return typeof value === 'string' && isCurrency(value) ? undefined : 'must be an ISO 4217 currency such as EUR';
}

/** A plain decimal that the minor unit of the currency, in the field `currency` beside it, holds exactly. */
export function Amount(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value, of) => {
    const { currency } = of as { currency?: unknown };
    // Of a currency that is none the field beside it complains.
    const unit = currencyFault(currency) === undefined ? (currency as string) : 'EUR';
    const money = typeof value === 'string' ? parseAmount(value, unit) : undefined;
    if (money !== undefined && money.minor <= LARGEST_AMOUNT) return undefined;
    if (typeof value === 'string' && /^\d{13,}(\.\d+)?$/.test(value))
      return `must be at most ${moneyText({ minor: LARGEST_AMOUNT, currency: unit }).amount}`;
    return `must be a plain decimal with at most ${minorDigits(unit)} places, as text, such as "1250${minorDigits(unit) > 0 ? '.00' : ''}"`;
  };
  return Leaf(check, { type: 'string', pattern: '^-?\\d{1,15}(\\.\\d+)?$' }, options);
}

export function Currency(options: FieldOptions = {}): PropertyDecorator {
  return Leaf(currencyFault, { type: 'string', pattern: '^[A-Z]{3}$' }, options);
}

/** A plain decimal above 0: what one currency is worth in another. */
export function ExchangeRate(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) =>
    typeof value === 'string' && parseRate(value) !== undefined ? undefined : 'must be a plain decimal above 0, as text, such as "0.0912"';
  return Leaf(check, { type: 'string', pattern: '^\\d{1,9}(\\.\\d{1,10})?$' }, options);
}

/** A list of short texts: codes of reasons, names of lists. */
export function Names(most: number, options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => {
    if (!Array.isArray(value)) return 'must be a list of texts';
    if (value.length > most) return `must not have more than ${most} entries`;
    const index = value.findIndex((each) => textFault(each, 200) !== undefined);
    return index === -1 ? undefined : `[${index}] ${textFault(value[index], 200)}`;
  };
  return Leaf(check, { type: 'array', maxItems: most, items: { type: 'string', minLength: 1, maxLength: 200 } }, options);
}

/** An object of its own class; with `orWord`, or that word instead. */
export function Nested(type: () => new () => object, options: FieldOptions & { readonly orWord?: string } = {}): PropertyDecorator {
  const { orWord } = options;
  const schema: Schema =
    orWord === undefined ? { type } : { oneOf: [{ $ref: `#/components/schemas/${type().name}` }, { type: 'string', enum: [orWord] }] };
  const word = orWord === undefined ? [] : [ValidateIf((_: object, value: unknown) => value !== orWord)];
  // IsObject: ValidateNested alone would take a list of none.
  return applyDecorators(
    documented(schema, options),
    ...whenGiven(options),
    ...word,
    IsObject({ message: orWord === undefined ? 'must be an object' : `must be an object or '${orWord}'` }),
    ValidateNested({ message: 'must be an object' }),
    Type(type),
  );
}

export function NestedList(type: () => new () => object, most: number, options: FieldOptions = {}): PropertyDecorator {
  const objects: Check = (value) => {
    if (!Array.isArray(value)) return 'must be a list';
    if (value.length > most) return `must not have more than ${most} entries`;
    const odd = value.findIndex((each) => typeof each !== 'object' || each === null || Array.isArray(each));
    return odd === -1 ? undefined : `[${odd}] must be an object`;
  };
  return applyDecorators(
    Leaf(objects, { type, isArray: true, maxItems: most }, options),
    ValidateNested({ each: true, message: 'must be a list of objects' }),
    Type(type),
  );
}

/** A list of some of the words. */
export function OneOfEach(words: readonly string[], options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => {
    const fits = Array.isArray(value) && value.length <= words.length && value.every((each) => words.includes(each as string));
    return fits ? undefined : `must be a list of some of ${words.join(', ')}`;
  };
  return Leaf(check, { type: 'array', maxItems: words.length, items: { type: 'string', enum: [...words] } }, options);
}

/** Checked by whoever knows what it must be. */
export function AnyObject(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? undefined : 'must be an object');
  return Leaf(check, { type: 'object', additionalProperties: true }, options);
}
