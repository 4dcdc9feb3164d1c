# Documents: YAML and JSON with the place of each node, and what was wrong.

ARCHIVES += lib/doc
lib/doc_SRCS := $(addprefix lib/doc/,arena.c doc.c doc_json.c doc_make.c \
	doc_yaml.c encoding.c error.c fields.c json.c put.c str.c \
	suggest.c utf8.c yaml_problem.c)
lib/doc_LIBS := -lyaml

TESTS += lib/doc/doc_test lib/doc/doc_yaml_test \
	lib/doc/json_test lib/doc/suggest_test
lib/doc/doc_yaml_test_LDFLAGS := -Wl,--wrap=free
FUZZERS += lib/doc/doc_fuzz
