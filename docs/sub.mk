SHTESTS += docs/docs_test docs/audit_test
$(B)/tests/docs/docs_test: | $(B)/bin/mkevents

.PHONY: leaves
leaves: $(B)/bin/mkevents ## docs/leaves.md and docs/leaf.schema.json, from lib/msg/event.def
	$(Q)docs/leaves $< page > docs/leaves.md
	$(Q)docs/leaves $< schema > docs/leaf.schema.json
