/* Names of the files that are kept beside leaves; docs/ledger.md, Evidence. */
#ifndef EVIDENCE_NAMES_H
#define EVIDENCE_NAMES_H

#define EVIDENCE_COMMAND	"command"
#define EVIDENCE_COMMAND_SIG	"command.sig"
#define EVIDENCE_MANIFEST	"manifest.yaml"
#define EVIDENCE_MANIFEST_SIG	"manifest.yaml.sig"
#define EVIDENCE_SITE		"site/"		/* before a path in the site */
#define EVIDENCE_SUMS		EVIDENCE_SITE "SHA256SUMS"	/* of these */

#endif
