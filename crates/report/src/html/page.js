
"use strict";
for (const section of document.querySelectorAll(".findings")) {
  const form = section.querySelector("form");
  if (!form) continue;
  const rows = [...section.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const output = form.querySelector("output");
  const search = form.querySelector("input[type=search]");
  const value = (name) => (form.elements[name] ? form.elements[name].value : "");
  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const boxes = [...form.querySelectorAll("input[name=severity]")];
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const kind = value("kind"), part = value("part"), fixed = form.elements.fixed.checked;
    let shown = 0;
    rows.forEach((row, index) => {
      const data = row.dataset;
      const fits = severities.has(data.severity) && (!kind || data.kind === kind) && (!part || data.part === part) &&
        (!fixed || data.fixed === "yes") && words.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      if (fits) shown += 1;
    });
    output.textContent = shown === rows.length ? `${shown} findings` : `${shown} of ${rows.length} findings`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")].filter((details) => !details.closest("tr[hidden]"));
  if (folded.length > 200) folded = [];
  for (const details of folded) details.open = true;
});
addEventListener("afterprint", () => {
  for (const details of folded) details.open = false;
});
