"""Pictures of a project on any page: what is known of each, and decisions about them."""
