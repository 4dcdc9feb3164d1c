# A site's rules, and what a command asks of them.

RULES_SRCS := $(addprefix lib/rules/,rules.c files.c check.c \
	ask.c judge.c site.c)
RULES_GEN := gen/casemate.cedarschema.h gen/people.cedarschema.h
