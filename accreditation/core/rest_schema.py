"""How our ways of signing in stand in the API's schema."""

from drf_spectacular.authentication import SessionScheme, TokenScheme


class OurSessionScheme(SessionScheme):
    target_class = "accreditation.core.rest.SessionAuthentication"


class OurTokenScheme(TokenScheme):
    target_class = "accreditation.core.rest.TokenAuthentication"
