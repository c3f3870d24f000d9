/** Control characters but for tabs and the ends of lines, and what turns the direction of writing about. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of people as a terminal may be given it. A source's cell may hold what a terminal obeys (colours, the title of the window, a cleared screen), and the log keeps it for ever: here it is seen
 * and not obeyed. For tables and messages; JSON, CSV and Parquet say exactly what is recorded.
 */
export function visible(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    if (code === 0x7f) return '␡';
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : '\ufffd';
  });
}
