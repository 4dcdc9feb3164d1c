# A site's rules, and what a command asks of them.

RULES_SRCS := $(addprefix lib/rules/,rules.c files.c check.c \
	ask.c reading.c make.c judge.c shape.c site.c)
RULES_GEN := gen/casemate.cedarschema.h gen/people.cedarschema.h

# What a program that decides by rules links.
RULES_ALL_SRCS := $(sort $(RULES_SRCS) $(CEDAR_SRCS) $(addprefix lib/,grant.c \
	settings.c share.c conf.c signers.c signers_check.c sshsig.c sshkey.c \
	base64.c sha256.c words.c msg.c why.c json.c wire.c))

TESTS += lib/rules/rules_test lib/rules/ask_test lib/rules/judge_test
rules_test_SRCS := lib/rules/rules_test.c $(RULES_ALL_SRCS)
rules_test_LIBS := -lyaml -lsodium -lbearssl
rules_test_GEN := $(RULES_GEN)
ask_test_SRCS := $(sort lib/rules/ask_test.c lib/rules/ask.c lib/rules/make.c \
	lib/rules/reading.c lib/words.c lib/grant.c \
	$(CEDAR_SRCS))
ask_test_LIBS := $(rules_test_LIBS)
ask_test_GEN := $(RULES_GEN)
judge_test_SRCS := lib/rules/judge_test.c $(RULES_ALL_SRCS)
judge_test_LIBS := $(rules_test_LIBS)
judge_test_GEN := $(RULES_GEN)
