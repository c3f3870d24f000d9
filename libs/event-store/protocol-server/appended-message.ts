import { streams } from './generated.js';
import { uuidMessage } from './messages.js';
import type { UuidForm } from './messages.js';
import { Writing, bytesField, delimited, numberField, numbered, sizeOf } from './wire.js';

/** Fields of event_store.client.streams.BatchAppendResp and what is in it. */
const CORRELATION_ID = bytesField(1);
const SUCCESS = bytesField(3);
const STREAM_IDENTIFIER = bytesField(4);
const CURRENT_REVISION = numberField(1);
const POSITION = bytesField(3);
const COMMIT_POSITION = numberField(1);
const PREPARE_POSITION = numberField(2);
const UUID_STRING = bytesField(2);
const STREAM_NAME = bytesField(3);

/** The answer to an append of a batch that was written: as its bytes, which is what the library's writer makes of the same message. */
export class AppendedMessage extends streams.BatchAppendResp {
  private readonly bytes: Uint8Array;

  constructor(correlation: string, form: UuidForm, stream: string, written: { readonly revision: number; readonly position: number }) {
    super();
    this.bytes = bytesOfAnswer(correlation, form, stream, written);
  }

  override serializeBinary(): Uint8Array {
    return this.bytes;
  }
}

function bytesOfAnswer(
  correlation: string,
  form: UuidForm,
  stream: string,
  { revision, position }: { readonly revision: number; readonly position: number },
): Uint8Array {
  const id = form === 'string' ? undefined : uuidMessage(correlation, form).serializeBinary();
  const idSize = id?.length ?? delimited(correlation.length);
  const name = sizeOf(stream);
  const place = 2 * numbered(position);
  const success = numbered(revision) + delimited(place);

  const out = new Writing(delimited(idSize) + delimited(success) + delimited(delimited(name)));
  if (id === undefined) {
    out.begin(CORRELATION_ID, idSize);
    out.value(UUID_STRING, correlation, correlation.length);
  } else {
    out.value(CORRELATION_ID, id, id.length);
  }
  out.begin(SUCCESS, success);
  out.number(CURRENT_REVISION, revision);
  out.begin(POSITION, place);
  out.number(COMMIT_POSITION, position);
  out.number(PREPARE_POSITION, position);
  out.begin(STREAM_IDENTIFIER, delimited(name));
  out.value(STREAM_NAME, stream, name);
  return out.bytes;
}
