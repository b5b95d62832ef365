// Command causette is a two-way conversational SMS and WhatsApp gateway for
// online shops: the server, the demo and the tools around them.
//
// It exits 0 when done, 1 when something failed and 2 when it was used wrongly;
// errors are one line on stderr that says what to do.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is every command; a command's fields are its flags.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the gateway."`
	Demo    demoCmd    `cmd:"" help:"Run everything with a seeded French shop and simulated phones."`
	Check   checkCmd   `cmd:"" help:"Validate the configuration and the scripts."`
	Graph   graphCmd   `cmd:"" help:"Draw the conversation's states as a Mermaid diagram."`
	Test    testCmd    `cmd:"" help:"Run the transcripts beside the scripts."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date."`
	Key     keyCmd     `cmd:"" help:"Manage the API keys of automations."`
	Agent   agentCmd   `cmd:"" help:"Manage the accounts of people at the desk."`
	Pair    pairCmd    `cmd:"" help:"Link a WhatsApp channel to a phone with a QR code."`

	Consents     consentsCmd     `cmd:"" help:"Prove the ledger of consents."`
	Suppressions suppressionsCmd `cmd:"" help:"Take over lists of who is not written to."`
	Customer     customerCmd     `cmd:"" help:"Answer a customer's request for their data, or to be forgotten."`
}

// streams are what a command reads and writes, so that tests run commands.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	os.Exit(code)
}

// usageError is a wrong use of a command.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// run parses the arguments, runs one command and returns its exit code.
func run(ctx context.Context, args []string, s streams) (code int) {
	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("causette"),
		kong.Description("A two-way conversational SMS and WhatsApp gateway for online shops."),
		kong.UsageOnError(),
		kong.Writers(s.out, s.err),
		kong.Exit(func(n int) { exit = n; panic(exited{}) }),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
		kong.Vars{"scopes": scopesHelp()},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		fmt.Fprintln(s.err, "causette:", err)
		return exitFailed
	}
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(exited); !ok {
				panic(p)
			}
			code = exit // --help was printed
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	command, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(s.err, "causette: %s; see causette --help\n", err)
		return exitUsage
	}
	err = command.Run()
	var usage usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(s.err, "causette: %s\n", oneLine(err))
		return exitUsage
	}
	fmt.Fprintf(s.err, "causette: %s\n", oneLine(err))
	return exitFailed
}

type exited struct{}

// oneLine keeps an error on one line, unless it is a list of problems, which has
// one each.
func oneLine(err error) string {
	return strings.TrimSpace(err.Error())
}
