"use strict";

// a mark's numbers, beside the pointer
const tip = document.getElementById("tip");
document.addEventListener("pointermove", (event) => {
  const mark = event.target.closest && event.target.closest("[data-tip]");
  tip.hidden = !mark;
  if (!mark) return;
  tip.textContent = mark.dataset.tip;
  const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
  const above = event.clientY + 20 + tip.offsetHeight > window.innerHeight;
  tip.style.left = `${Math.max(8, left)}px`;
  tip.style.top = `${event.clientY + (above ? -tip.offsetHeight - 12 : 16)}px`;
});
document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });

// a scenario shows the row of its table that the slider points to: nothing is computed
for (const slider of document.querySelectorAll(".slider")) {
  const input = slider.querySelector("input");
  const list = slider.querySelector("dl");
  const article = document.getElementById(slider.dataset.of);
  const heads = [...article.querySelectorAll("thead th")].map((head) => head.textContent);
  const rows = [...article.querySelectorAll("tbody tr")];
  const moved = Number(input.dataset.column);
  const others = heads.map((_, at) => at).filter((at) => at !== moved);
  const show = () => {
    const cells = [...rows[input.value].cells].map((cell) => cell.textContent);
    input.setAttribute("aria-valuetext", cells[moved]);
    slider.querySelector("output").textContent = cells[moved];
    list.replaceChildren(...others.map((at) => {
      const item = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = heads[at];
      value.textContent = cells[at];
      item.append(term, value);
      return item;
    }));
  };
  input.addEventListener("input", show);
  slider.hidden = false;
  show();
}
