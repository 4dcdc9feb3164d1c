// tessera_bench DIR WRITERS SECONDS ENTRY BATCH AGE_US WAIT: appends per second
// of Tessera's POSIX storage in DIR.
//
// Each writer adds an entry of ENTRY bytes and waits before it adds the next
// one: with WAIT `integrated' until the entry is on disk and part of the tree,
// with `published' until a signed checkpoint covers it, too.  Batches have at
// most BATCH entries and wait at most AGE_US for more.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/storage/posix"
	"golang.org/x/mod/sumdb/note"
)

// The shortest that the storage permits.
const checkpointInterval = 100 * time.Millisecond

func must(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "tessera_bench: %v\n", err)
		os.Exit(1)
	}
}

func number(i int) int {
	n, err := strconv.Atoi(os.Args[i])
	must(err)
	return n
}

func main() {
	if len(os.Args) != 8 {
		fmt.Fprintln(os.Stderr, "usage: tessera_bench DIR WRITERS "+
			"SECONDS ENTRY BATCH AGE_US integrated|published")
		os.Exit(100)
	}
	writers, seconds, entry := number(2), number(3), number(4)
	batch, age := number(5), time.Duration(number(6))*time.Microsecond
	published := os.Args[7] == "published"

	ctx := context.Background()
	secret, _, err := note.GenerateKey(rand.Reader, "tessera/bench")
	must(err)
	signer, err := note.NewSigner(secret)
	must(err)
	driver, err := posix.New(ctx, posix.Config{Path: os.Args[1]})
	must(err)
	appender, _, reader, err := tessera.NewAppender(ctx, driver,
		tessera.NewAppendOptions().
			WithCheckpointSigner(signer).
			WithCheckpointInterval(checkpointInterval).
			WithBatching(uint(batch), age))
	must(err)
	awaiter := tessera.NewPublicationAwaiter(ctx, reader.ReadCheckpoint,
		time.Millisecond)

	var done atomic.Uint64
	var all sync.WaitGroup
	start := time.Now()
	end := start.Add(time.Duration(seconds) * time.Second)
	for w := 0; w < writers; w++ {
		all.Add(1)
		go func() {
			defer all.Done()
			text := make([]byte, entry)
			for time.Now().Before(end) {
				_, err := rand.Read(text) // no two are alike
				must(err)
				future := appender.Add(ctx, tessera.NewEntry(text))
				if published {
					_, _, err = awaiter.Await(ctx, future)
				} else {
					_, err = future()
				}
				must(err)
				done.Add(1)
			}
		}()
	}
	all.Wait()
	fmt.Printf("%.1f\n", float64(done.Load())/time.Since(start).Seconds())
}
