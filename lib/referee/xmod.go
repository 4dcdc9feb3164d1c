// Command xmod asks golang.org/x/mod, Go's own code for signed notes and
// transparency logs, what it says of ours.
//
//	xmod receipt KEYFILE RECEIPT	good (0) or bad (1): the receipt's note
//	xmod log < COMMANDS		a line "good" or "bad: ..." for each line
//
// Commands, with base64 of all that is not a number:
//
//	key VKEY		the log's key, first
//	note SIZE NOTE		the checkpoint of this size; kept when it is good
//	record SIZE INDEX LEAF HASH...	an inclusion proof, leaf's sibling first
//	tree FIRST SECOND HASH...	a consistency proof of two kept checkpoints
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const lineMax = 1 << 20

type log struct {
	name  string
	keys  note.Verifiers
	roots map[int64]tlog.Hash
}

func openKey(vkey string) (string, note.Verifiers, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return "", nil, err
	}
	return v.Name(), note.VerifierList(v), nil
}

// readCheckpoint reads the three lines of a checkpoint: origin, size, root.
func readCheckpoint(text string) (string, int64, tlog.Hash, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return "", 0, tlog.Hash{}, errors.New("not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return "", 0, tlog.Hash{}, err
	}
	root, err := tlog.ParseHash(lines[2])
	return lines[0], size, root, err
}

func decode(text string) ([]byte, error) {
	return base64.StdEncoding.DecodeString(text)
}

func readHashes(words []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, word := range words {
		hash, err := tlog.ParseHash(word)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func (l *log) takeKey(numbers []int64, words []string) error {
	vkey, err := decode(words[0])
	if err == nil {
		l.name, l.keys, err = openKey(string(vkey))
	}
	return err
}

func (l *log) takeNote(numbers []int64, words []string) error {
	text, err := decode(words[0])
	if err != nil {
		return err
	}
	n, err := note.Open(text, l.keys)
	if err != nil {
		return err
	}
	origin, size, root, err := readCheckpoint(n.Text)
	if err != nil {
		return err
	}
	if origin != l.name || size != numbers[0] {
		return errors.New("another origin or size")
	}
	l.roots[size] = root
	return nil
}

func (l *log) takeRecord(numbers []int64, words []string) error {
	leaf, err := decode(words[0])
	if err != nil {
		return err
	}
	proof, err := readHashes(words[1:])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, numbers[0], l.roots[numbers[0]],
		numbers[1], tlog.RecordHash(leaf))
}

func (l *log) takeTree(numbers []int64, words []string) error {
	first, second := numbers[0], numbers[1]
	proof, err := readHashes(words)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, second, l.roots[second], first,
		l.roots[first])
}

var commands = map[string]struct {
	numbers, words int // at least so many words
	take           func(*log, []int64, []string) error
}{
	"key":    {0, 1, (*log).takeKey},
	"note":   {1, 1, (*log).takeNote},
	"record": {2, 1, (*log).takeRecord},
	"tree":   {2, 0, (*log).takeTree},
}

// A line that is not a command is our own mistake and ends the program.
func (l *log) run(line string) error {
	words := strings.Fields(line)
	if len(words) == 0 {
		fail("an empty line")
	}
	c, ok := commands[words[0]]
	words = words[1:]
	if !ok || len(words) < c.numbers+c.words {
		fail("not a command: %.80s", line)
	}
	var numbers []int64
	for _, word := range words[:c.numbers] {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			fail("not a number: %.80s", word)
		}
		numbers = append(numbers, n)
	}
	return c.take(l, numbers, words[c.numbers:])
}

func judgeLog() {
	l := &log{roots: make(map[int64]tlog.Hash)}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, lineMax)
	out := bufio.NewWriter(os.Stdout)
	for in.Scan() {
		if err := l.run(in.Text()); err != nil {
			fmt.Fprintf(out, "bad: %v\n", err)
		} else {
			fmt.Fprintln(out, "good")
		}
	}
	if err := in.Err(); err != nil {
		fail("%v", err)
	}
	if err := out.Flush(); err != nil {
		fail("%v", err)
	}
}

func readFile(name string) []byte {
	text, err := os.ReadFile(name)
	if err != nil {
		fail("%v", err)
	}
	return text
}

// A receipt's note begins after its first empty line.
func judgeReceipt(keyFile, receiptFile string) error {
	vkey := strings.TrimSuffix(string(readFile(keyFile)), "\n")
	text := readFile(receiptFile)
	at := bytes.Index(text, []byte("\n\n"))
	if at == -1 {
		return errors.New("no empty line")
	}
	_, keys, err := openKey(vkey)
	if err != nil {
		return err
	}
	_, err = note.Open(text[at+2:], keys)
	return err
}

// Not a verdict: usage, files, or a line of ours that is wrong.
func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, "xmod: "+format+"\n", args...)
	os.Exit(100)
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "log" {
		judgeLog()
		return
	}
	if len(os.Args) != 4 || os.Args[1] != "receipt" {
		fail("usage: xmod log | xmod receipt KEYFILE RECEIPT")
	}
	if err := judgeReceipt(os.Args[2], os.Args[3]); err != nil {
		fmt.Printf("bad: %v\n", err)
		os.Exit(1)
	}
	fmt.Println("good")
}
