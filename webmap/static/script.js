// A library that is fetched only when it is wanted.

/**
 * Fetch a script that is no module, and run it.
 *
 * @param {string} src
 * @returns {Promise<void>}
 */
export function loadScript(src) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement("script"), { src, onload: () => resolve() });
    element.onerror = () => {
      element.remove();
      reject(new Error(`no answer for ${src}`));
    };
    document.head.append(element);
  });
}
