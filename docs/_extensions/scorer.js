// The order of search results. Without it, pages that have all words are in the order of their titles.
const PREFERRED = ["docs/policy", "docs/one-user"];
const BACKGROUND = ["CHANGELOG", "CONTRIBUTING", "docs/bench", "bench/NOTES"];
const words = new URLSearchParams(location.search).get("q")?.trim().split(/\s+/) ?? [];

var Scorer = {
  score: ([page, , , , score]) => {
    // Nobody types four words, but people paste a message.
    if (page === "docs/messages" && words.length > 3) return score + 50;
    if (PREFERRED.includes(page)) return score + 3;
    return BACKGROUND.includes(page) ? score - 3 : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
