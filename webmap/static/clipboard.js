// The clipboard, also where a page may not simply write to it.

/**
 * @param {string} text
 * @returns {Promise<boolean>} Whether it is in the clipboard now.
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // pages without HTTPS and some web views have no clipboard to write to
  }
}

/**
 * @param {string} text
 * @returns {boolean}
 */
function copyBySelection(text) {
  const field = document.createElement("textarea");
  field.className = "spoken";
  field.readOnly = true;
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}
