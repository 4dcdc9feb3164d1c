# Cedar: policies, entities, schemas, decisions.  Each part's sources by what
# a user of it links.

CEDAR_VALUE_SRCS := $(addprefix lib/cedar/,arena.c error.c value.c)
