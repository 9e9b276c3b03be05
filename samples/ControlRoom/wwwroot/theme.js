// Before anything is drawn: light or dark as the system has it, unless somebody chose. No module, since those run too late for that.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
