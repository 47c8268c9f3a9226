UNKNOWN = "/users/nobody"
