# A site's rules, and what a command asks of them.

RULES_SRCS := $(addprefix lib/rules/,rules.c names.c check.c \
	ask.c judge.c)
RULES_GEN := gen/casemate.cedarschema.h gen/people.cedarschema.h
