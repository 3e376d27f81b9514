/* CSV of tables. The page is whole without it; its words come from there. */
  const D = document, say = D.currentScript.dataset, language = D.documentElement.lang;
  const make = (tag, properties, ...children) => {
    const node = Object.assign(D.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const text = cell => cell.textContent.trim();
  /* A number or day as it is, a text, or null for what is missing. */
  const value = cell => {
    const exact = cell.querySelector('data, time');
    if (exact && text(exact) === text(cell)) return exact.value ? +exact.value : exact.dateTime;
    return cell.querySelector('.nothing, .reason') ? null : text(cell);
  };
  const blocks = [...D.querySelectorAll('.block')].filter(block => block.querySelector('table'));

  for (const block of blocks) {
    const table = block.querySelector('table');
    /* As a spreadsheet of the language reads it; no text of it is a formula. */
    const csv = () => {
      const [comma, point] = language === 'fr' ? [';', ','] : [',', '.'];
      const cell = node => {
        const known = value(node);
        if (typeof known === 'number') return `${known}`.replace('.', point);
        const said = (known ?? text(node)).replace(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r]/, '\u2060$&');
        return /[",;\n]/.test(said) ? `"${said.replace(/"/g, '""')}"` : said;
      };
      const shown = [...table.rows].filter(row => !row.hidden
        && getComputedStyle(row.parentNode).display !== 'none');
      return shown.map(row => [...row.cells].map(cell).join(comma)).join('\r\n');
    };
    table.parentNode.after(make('button', {type: 'button', className: 'csv', textContent: say.csv, onclick: () => {
      const href = URL.createObjectURL(new Blob(['\ufeff', csv()], {type: 'text/csv'}));
      make('a', {href, download: `${block.id}-${D.querySelector('time').dateTime}.csv`}).click();
      setTimeout(() => URL.revokeObjectURL(href), 9999);
    }}));
  }
