# A site's rules, and what a command asks of them.

ARCHIVES += lib/rules
lib/rules_SRCS := $(addprefix lib/rules/,check.c files.c decide.c ids.c \
	permission.c query.c rules.c schema_check.c site.c \
	sitefiles.c values.c)
lib/rules_NEEDS := cedar lib
lib/rules_GEN := gen/casemate.cedarschema.h gen/people.cedarschema.h

TESTS += $(addprefix lib/rules/,decide_test files_test ids_test \
	permission_test rules_test sitefiles_test)
