/** What the shown page can do that stands in the top bar; null: it can't. */
class Offered {
  share = $state.raw<(() => void) | null>(null);
}

export const offered = new Offered();
