var shop = { ready: function (name) { document.documentElement.dataset.page = name; } };
