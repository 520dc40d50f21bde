/** How many visitors the shown site has now, for the top bar; null: the page does not know. */
class Presence {
  visitors = $state<number | null>(null);
}

export const presence = new Presence();
