// Watching a run: how far it is, how good the best answer so far, and stopping it.

import { ask, by, complaint, Refused, t } from "./asking.js";

/**
 * @typedef {{id: number, name: string, actor: string, state: string, state_text: string, ended: boolean, stopping: boolean,
 *   created: string, share: number, gap: number | null, before: number | null, after: number | null, told: string}} Run
 */

/** Between two looks, milliseconds. */
const EVERY_MS = 600;

export class Watch {
  constructor() {
    /** @type {number | undefined} */
    this.timer = undefined;
    this.id = 0;
    by("stop").addEventListener("click", () => this.stop());
  }

  /**
   * @param {Run} run
   * @param {{done: (id: number) => Promise<void>, ended: (run: Run) => void}} then
   */
  begin(run, then) {
    this.id = run.id;
    this.then = then;
    by("stop").disabled = false;
    this.show(run);
    by("progress-title").focus({ preventScroll: true });
    this.timer = window.setTimeout(() => this.look(), EVERY_MS);
  }

  async look() {
    try {
      const run = await ask(`/runs/${this.id}`);
      this.show(run);
      if (run.state === "done") return await this.then?.done(run.id);
      if (run.ended) return this.then?.ended(run);
    } catch (error) {
      // A server that is away for a while loses nothing: the run goes on.
      if (!(error instanceof Refused) || (error.status >= 400 && error.status < 500)) {
        by("progress-text").textContent = complaint(error);
        return;
      }
      by("progress-text").textContent = t("trying_again", { reason: error.message });
    }
    this.timer = window.setTimeout(() => this.look(), EVERY_MS);
  }

  /** @param {Run} run */
  show(run) {
    by("progress-title").textContent = run.name;
    by("progress-bar").value = run.share;
    if (by("progress-text").textContent !== run.told) by("progress-text").textContent = run.told;
    by("progress-state").textContent = run.state_text;
    by("stop").textContent = t(run.state === "queued" ? "cancel_run" : "stop_run");
    if (run.stopping) by("stop").disabled = true;
  }

  async stop() {
    by("stop").disabled = true;
    try {
      this.show(await ask(`/runs/${this.id}/cancel`, {}));
    } catch (error) {
      by("progress-text").textContent = complaint(error);
    }
  }
}
