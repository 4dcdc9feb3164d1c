# Cedar: policies, entities, schemas, decisions.  Each part's sources by what
# a user of it links.

CEDAR_VALUE_SRCS := $(addprefix lib/cedar/,arena.c error.c value.c)

# JSON and YAML as trees.
TESTS += lib/cedar/doc_test
CEDAR_DOC_SRCS := $(CEDAR_VALUE_SRCS) \
	$(addprefix lib/cedar/,doc.c doc_json.c) lib/json.c lib/wire.c lib/why.c
doc_test_SRCS := lib/cedar/doc_test.c $(CEDAR_DOC_SRCS)
doc_test_LIBS := -lyaml
