RedmineApp::Application.routes.draw do
  scope '/desk', controller: 'desk' do
    get 'find', action: 'find'
    get 'cases/*number', action: 'show', format: false
    get 'ranking', action: 'ranking'
    match 'signin', action: 'signin', via: %i[get post]
    get 'card', action: 'card'
    patch 'card', action: 'update_card'
    get 'wall', action: 'wall'
    post 'wall', action: 'write_wall'
    delete 'wall/:number', action: 'erase_wall'
    get 'join', action: 'join'
    get 'files', action: 'files'
    post 'files', action: 'upload'
    get 'file', action: 'file'
    post 'size', action: 'size'
    post 'link', action: 'link'
    match 'letter', action: 'letter', via: %i[get post]
    get 'sheets/:name', action: 'sheet'
    post 'paid', action: 'paid'
    post 'filter', action: 'filter'
    get 'export', action: 'export'
  end
end
