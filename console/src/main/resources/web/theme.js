// The chosen theme, set before the first paint: the only script that is no module, so that no page flashes in the wrong one.
(() => {
  const themes = ['auto', 'light', 'dark'];
  const kept = () => {
    try {
      return localStorage.getItem('torii.theme');
    } catch {
      return null; // storage switched off: the system's theme, then
    }
  };
  const apply = (theme) => {
    document.documentElement.dataset.theme = theme;
  };
  let theme = themes.includes(kept()) ? kept() : 'auto';
  apply(theme);
  window.toriiTheme = {
    current: () => theme,
    next() {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      apply(theme);
      try {
        localStorage.setItem('torii.theme', theme);
      } catch {
        // holds until the page is closed
      }
      return theme;
    },
  };
})();
