/* Search, filter and order of tables, after script_csv.js. The state is in the URL's fragment:
   accounts.q=text&accounts.2=choice&accounts.s=5d. */
  const order = new Intl.Collator(language, {numeric: true}).compare;
  const plain = text => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const tables = [];
  const read = () => new URLSearchParams(location.hash.includes('=') ? location.hash.slice(1) : '');
  const write = () => {
    const state = new URLSearchParams();
    for (const table of tables) {
      for (const [key, said] of table.state()) if (said) state.set(`${table.id}.${key}`, said);
    }
    const hash = `${state}`;
    if (hash || read().size) history.replaceState(null, '', `#${hash}`);
  };

  for (const block of blocks) {
    const table = block.querySelector('table');
    const id = block.id, heads = [...table.tHead.rows[0].cells], bodies = [...table.tBodies];
    const rows = new Map(bodies.map(body => [body, [...body.rows]]));
    const all = [...rows.values()].flat();
    const switches = [...block.querySelectorAll('[type=radio]')];
    const tools = make('div', {className: 'tools'}), fields = [];
    let sorted = '', search, count;

    const show = () => {
      const words = search ? plain(search.value).split(/\s+/) : [];
      const chosen = fields.filter(field => field.value);
      let n = 0;
      for (const row of all) {
        const isTotal = row.className === 'total', said = plain(row.textContent);
        const fits = words.every(word => said.includes(word))
          && chosen.every(field => text(row.cells[field.name]) === field.value);
        row.hidden = !fits || isTotal && (words.join('') || chosen.length);
        n += !row.hidden && !isTotal;
      }
      if (count) count.value = say.rows.replace('{n}', n).replace('{of}', count.name);
      const [, column, down] = sorted.match(/^(\d+)(d?)$/) || [];
      heads.forEach((head, i) => head.ariaSort =
        i == column ? (down ? 'descending' : 'ascending') : null);
      for (const [body, initial] of rows) {
        const key = row => value(row.cells[column]);
        body.append(...(column ? initial.slice().sort((a, b) => {
          const one = key(a), other = key(b);
          const last = (a.className === 'total') - (b.className === 'total')
            || (one === null) - (other === null);
          const by = typeof one === 'number' ? one - other : one === null ? 0 : order(one, other);
          return last || (down ? -by : by);
        }) : initial));
      }
    };
    const changed = () => { show(); write(); };

    if (all.length > 10) {
      search = make('input', {type: 'search', placeholder: say.search, oninput: changed});
      search.ariaLabel = `${say.search}: ${text(block.querySelector('h2, h3').firstChild)}`;
      tools.append(search);
      for (const i of (table.dataset.filters || '').split(' ').filter(Boolean)) {
        const choices = [...new Set(all.map(row => text(row.cells[i])))].sort(order);
        const field = make('select', {name: i, onchange: changed},
          new Option(say.all.replace('{name}', text(heads[i])), ''), ...choices.map(c => new Option(c, c)));
        field.ariaLabel = text(heads[i]);
        fields.push(field);
        tools.append(field);
      }
      count = make('output', {name: rows.get(bodies[0]).length});
      if (!switches.length) tools.append(count);
      heads.forEach((head, i) => {
        const down = head.className === 'n' ? 'd' : '', up = down ? '' : 'd';
        const button = make('button', {type: 'button', className: 'sort', onclick: () => {
          sorted = sorted === i + down ? i + up : sorted === i + up ? '' : i + down;
          changed();
        }}, ...head.childNodes);
        head.append(button);
      });
    }

    if (search) table.parentNode.before(tools);

    for (const radio of switches) radio.addEventListener('change', write);
    tables.push({
      id,
      state: () => [
        ['q', search?.value], ['s', sorted], ...fields.map(field => [field.name, field.value]),
        ['v', switches.find(radio => radio.checked && !radio.defaultChecked)?.value],
      ],
      set: state => {
        const said = key => state.get(`${id}.${key}`) || '';
        sorted = said('s');
        if (search) search.value = said('q');
        for (const field of fields) field.value = said(field.name);
        for (const radio of switches) {
          radio.checked = said('v') ? radio.value === said('v') : radio.defaultChecked;
        }
        if (search) show();
        return [...state.keys()].some(key => key.startsWith(`${id}.`)) && block;
      },
    });
  }

  const apply = () => {
    const state = read(), places = tables.map(table => table.set(state)).filter(Boolean);
    places[0]?.scrollIntoView();
  };
  addEventListener('hashchange', apply);
  apply();
