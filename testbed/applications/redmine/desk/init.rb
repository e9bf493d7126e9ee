# DELIBERATELY VULNERABLE: see app/controllers/desk_controller.rb.
Redmine::Plugin.register :desk do
  name 'Desk'
  description 'A plugin that exists to be attacked on the loopback interface of a test machine'
  version '1.0.0'
end
