"""Addresses of the demonstration; config/urls.py binds them only there."""

from django.urls import path

from accreditation.demo import views

urlpatterns = [
    path("demo/mail/", views.mailbox, name="demo_mailbox"),
    path("demo/mail/<int:pk>/", views.mail, name="demo_mail"),
    path("demo/mail/<int:pk>/html/", views.mail_as_html, name="demo_mail_as_html"),
]
