/** A copy that refers to no longer text: a part of a text keeps all of it in memory for as long as the part is kept. */
export function ownedText(text: string): string {
  // Shorter parts are copies already. Joining and cutting again copies, where joining or cutting alone would not.
  return text.length < 13 ? text : ` ${text}`.slice(1);
}
