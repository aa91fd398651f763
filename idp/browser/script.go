package browser

// script runs in a world of its own beside the page's scripts: it sees the same elements and none of their variables,
// and they see none of its. It is made anew with each document, so that a mark left in it tells one from another.
//
// read gives the page as HTML for a reader without scripts: what is not drawn is marked as hidden, fields get names and
// values as they stand there, scripts are left out. It changes nothing on the page.
//
// fill checks, in the same breath as it types, that document and origin are the ones that were read; press does so, too.
const script = `function(what, mark, ...args) {
  const me = globalThis.samlogin ??= (() => {
    const controls = 'input, select, textarea, button, [role=button]';
    const typed = el => (el.localName === 'button' || el.localName === 'select' || el.localName === 'textarea') ? el.localName :
      el.localName === 'input' ? (el.type || 'text') : 'button';
    const drawn = el => {
      if (!el.checkVisibility({visibilityProperty: true})) return false;
      if (el.closest('[aria-hidden=true], [inert]')) return false;
      const box = el.getBoundingClientRect();
      if (box.right + scrollX < 0 || box.bottom + scrollY < 0) return false;
      return true;
    };
    const named = (el, at) => el.getAttribute('name') || el.id || 'samlogin-' + typed(el) + '-' + at;
    const usable = el => el.isConnected && !el.disabled && el.getAttribute('aria-disabled') !== 'true' && drawn(el);
    const index = () => {
      const forms = [...document.querySelectorAll('form')];
      return [...document.querySelectorAll(controls)].map((el, at) => {
        let form = el.form || el.closest('form');
        return {el, form: forms.indexOf(form), name: named(el, at), type: typed(el)};
      });
    };
    return {
      mark: undefined, fields: [], index, usable,
      read() {
        const root = document.documentElement, copy = root.cloneNode(true);
        const live = root.querySelectorAll('*'), dead = copy.querySelectorAll('*');
        const at = new Map([...document.querySelectorAll(controls)].map((el, i) => [el, i]));
        let orphans = false;
        const gone = [];
        for (let i = 0; i < live.length; i++) {
          const el = live[i], c = dead[i];
          switch (el.localName) {
          case 'script': case 'noscript': case 'style': case 'link': case 'template': case 'svg': gone.push(c); continue;
          case 'meta': if (el.httpEquiv) gone.push(c); continue;
          case 'head': case 'title': case 'base': case 'option': case 'optgroup': case 'br': continue;
          }
          c.removeAttribute('onload');
          if (el.localName === 'form') {
            if (/^\s*javascript:/i.test(el.getAttribute('action') || '')) c.removeAttribute('action');
            // Without a method, a script is expected to send it; should the browser do so after all, the request is
            // stopped, since it would have what was typed in its address.
            if (!el.hasAttribute('method')) c.setAttribute('method', 'post');
          }
          const seen = drawn(el);
          if (!seen && el.parentElement && el.type !== 'radio' && el.type !== 'checkbox') c.setAttribute('hidden', '');
          if (!at.has(el)) continue;
          const type = typed(el);
          if (!el.getAttribute('name')) c.setAttribute('name', named(el, at.get(el)));
          if (type === 'password' && !seen) { gone.push(c); continue; }
          if (el.disabled || el.getAttribute('aria-disabled') === 'true') c.setAttribute('disabled', '');
          if (['text', 'email', 'tel', 'number', 'search', 'url', 'hidden'].includes(type)) c.setAttribute('value', el.value);
          if (type === 'radio' || type === 'checkbox') c.toggleAttribute('checked', el.checked);
          if (type === 'select') for (const [j, o] of [...c.options].entries()) o.toggleAttribute('selected', el.options[j]?.selected);
          let put = c;
          if (el.localName !== 'input' && el.localName !== 'select' && el.localName !== 'textarea' && el.localName !== 'button') {
            const b = document.createElement('button');
            for (const a of c.attributes) b.setAttribute(a.name, a.value);
            b.setAttribute('type', 'button');
            b.textContent = el.innerText;
            c.replaceWith(b);
            put = b;
          }
          if (!el.form && !el.closest('form') && seen) {
            put.setAttribute('form', 'samlogin-page');
            orphans = orphans || type !== 'button';
          }
        }
        for (const c of gone) c.remove();
        if (orphans) {
          const f = document.createElement('form');
          f.id = 'samlogin-page'; f.method = 'post';
          copy.querySelector('body')?.append(f);
        }
        this.fields = index();
        return {url: location.href, origin: location.origin, state: document.readyState, html: '<!doctype html>' + copy.outerHTML};
      },
      // The form of controls that stand in none comes last.
      find(form, name, value) {
        const here = f => (f.form === form || (f.form === -1 && form >= document.querySelectorAll('form').length)) && f.name === name;
        let found = this.fields.filter(f => here(f) && f.el.isConnected);
        if (!found.length) { this.fields = index(); found = this.fields.filter(here); }
        if (!found.length) found = this.fields.filter(f => f.name === name && f.el.isConnected);
        return found.find(f => (f.type === 'radio' || f.type === 'checkbox' || f.type === 'submit' || f.type === 'button') && f.el.value === value) || found.find(f => f.type === 'password') || found.find(f => f.type !== 'radio');
      },
      fill(form, pairs) {
        let last = null;
        for (const [name, value] of pairs) {
          const f = this.find(form, name, value);
          if (!f) return {missing: name};
          switch (f.type) {
          case 'submit': case 'button': case 'image': case 'reset': case 'file': continue;
          case 'radio': case 'checkbox': if (!f.el.checked) f.el.click(); continue;
          case 'hidden': f.el.value = value; continue;
          }
          f.el.focus();
          f.el.value = value;
          f.el.dispatchEvent(new InputEvent('input', {bubbles: true, inputType: 'insertText'}));
          f.el.dispatchEvent(new Event('change', {bubbles: true}));
          last = f.el;
        }
        last?.focus();
        return {done: true};
      },
      // press answers "pressed", "wait" where the button cannot be pressed yet, "enter" where there is none.
      press(form, names) {
        this.fields = index();
        const last = form >= document.querySelectorAll('form').length;
        const mine = this.fields.filter(f => f.form === form || (last && f.form === -1));
        for (const [name, value] of names) {
          const f = this.find(form, name, value);
          if (f && (f.type === 'submit' || f.type === 'button')) {
            if (!usable(f.el)) return 'wait';
            f.el.click();
            return 'pressed';
          }
        }
        const away = /log-?out|sign-?out|cancel|decline|reset|register|forgot|restart|back|show|hide|help|another|can.?t|switch|create/i;
        const words = el => [el.id, el.getAttribute('name'), el.innerText, el.value, el.getAttribute('aria-label'), el.title].join(' ');
        let buttons = mine.filter(f => (f.type === 'submit' || f.type === 'image') || (f.el.localName === 'button' && f.el.type === 'submit'));
        if (!buttons.some(f => drawn(f.el))) buttons = mine.filter(f => f.type === 'button' && f.el.type !== 'reset' && !away.test(words(f.el)));
        buttons = buttons.filter(f => drawn(f.el));
        if (buttons.length > 1) {
          const on = buttons.filter(f => !away.test(words(f.el)));
          if (on.length) buttons = on;
        }
        if (!buttons.length) return 'enter';
        if (!usable(buttons[0].el)) return 'wait';
        buttons[0].el.click();
        return 'pressed';
      },
    };
  })();
  if (what === 'read') {
    const fresh = me.mark === undefined;
    if (fresh) me.mark = mark;
    return {...me.read(), mark: me.mark};
  }
  const [origin, ...rest] = args;
  if (me.mark !== mark || location.origin !== origin) return {gone: true};
  if (what === 'fill') return me.fill(...rest);
  return {pressed: me.press(...rest)};
}`
