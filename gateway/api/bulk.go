package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/causette/causette/conversation"
	"github.com/causette/causette/conversation/segment"
	"github.com/causette/causette/gateway"
)

// Bulk orders jobs; package gateway/bulk satisfies it and says what the errors are.
type Bulk interface {
	Count(ctx context.Context, brand conversation.BrandID, o gateway.BulkOrder) (gateway.BulkCount, error)
	Start(ctx context.Context, brand conversation.BrandID, by string, o gateway.BulkOrder) (gateway.Bulk, error)
	Job(ctx context.Context, brand conversation.BrandID, id string) (gateway.Bulk, error)
	Jobs(ctx context.Context, brand conversation.BrandID, before string, limit int) ([]gateway.Bulk, error)
	Command(ctx context.Context, brand conversation.BrandID, id string, c gateway.BulkCommand) (gateway.Bulk, error)
}

const segmentExample = `vip and value >= 100 EUR and last_order older than 60d and consent(sms, marketing)`

func (a *API) routeBulk() {
	serve(a, operation{id: "previewSegment", route: "POST /v1/segments/preview", tag: "bulk", scope: BulkRead,
		summary: "Explain and count a segment", text: "With a prompt, it is also counted what the gate would say of it to each of them now.",
		success: "What the segment says, and how many it means",
		example: `{"segment": "` + segmentExample + `"}`}, a.previewSegment)
	serve(a, operation{id: "postBulk", route: "POST /v1/bulk", tag: "bulk", scope: BulkWrite, status: http.StatusAccepted,
		summary: "Send one prompt to everybody of a segment",
		text: `The gate decides on each; who gets it when, and who does not, stands in the job's
tally. confirm is how many the count found: the job fails where it finds many more.`,
		success: "The job, which counts first", codes: nil,
		example: `{"segment": "` + segmentExample + `", "prompt": {"purpose": "marketing", "template": "spring"}, "slice": 10, "confirm": 1200}`}, a.postBulk)
	serve(a, operation{id: "listBulk", route: "GET /v1/bulk", tag: "bulk", scope: BulkRead,
		summary: "List jobs, newest first", text: "Their tallies are counted where one is read.", success: "A page"}, a.listBulk)
	serve(a, operation{id: "getBulk", route: "GET /v1/bulk/{id}", tag: "bulk", scope: BulkRead,
		summary: "Read a job and how its prompts stand", success: "The job", codes: []string{"unknown_bulk"}}, a.getBulk)
	serve(a, operation{id: "commandBulk", route: "POST /v1/bulk/{id}/{command}", tag: "bulk", scope: BulkWrite,
		summary: "Pause, resume or cancel a job, or go on after its first slice", success: "The job as it is then",
		codes: []string{"unknown_bulk", "bulk_state"}}, a.commandBulk)
}

// SegmentInput is a segment to count.
type SegmentInput struct {
	Segment string           `json:"segment" maxLength:"4000" doc:"who is meant, in the language of conversation/segment/README.md"`
	Prompt  *BulkPromptInput `json:"prompt,omitempty"`
}

// BulkInput orders a job.
type BulkInput struct {
	Segment   string          `json:"segment" maxLength:"4000" doc:"who is meant, in the language of conversation/segment/README.md"`
	Prompt    BulkPromptInput `json:"prompt" doc:"what everybody is sent"`
	PerMinute int             `json:"per_minute,omitempty" minimum:"0" maximum:"1000000" doc:"prompts; absent: as fast as answers to customers leave room for"`
	Slice     int             `json:"slice,omitempty" minimum:"0" maximum:"99" doc:"percent who get it first: then the job waits for continue"`
	Confirm   int             `json:"confirm" minimum:"1" maximum:"1000000000" doc:"how many customers POST /v1/segments/preview counted"`
}

// BulkPromptInput is what everybody of a segment is sent.
type BulkPromptInput struct {
	Purpose   conversation.Purpose   `json:"purpose" enum:"transactional,marketing"`
	Template  string                 `json:"template,omitempty" maxLength:"100" doc:"the template's name; or text"`
	Text      string                 `json:"text,omitempty" maxLength:"1600" doc:"what is said; or template"`
	Variables map[string]variable    `json:"variables,omitempty" maxProperties:"30"`
	Channel   conversation.ChannelID `json:"channel,omitempty" maxLength:"100" doc:"a channel's id; absent, each customer's best"`
	Opens     conversation.Dialogue  `json:"opens,omitempty" enum:"cart,preference,none" doc:"cart: of each one's own cart"`
	Incentive bool                   `json:"incentive,omitempty" doc:"it gives a discount: a customer gets one in 90 days"`
	Expires   time.Time              `json:"expires_at,omitzero" doc:"not after; at most 90 days ahead"`
}

func (i *BulkPromptInput) check(r *reader, at string) { r.wording(at, i.Template, i.Text, i.Variables) }

func (i *BulkPromptInput) prompt() gateway.BulkPrompt {
	return gateway.BulkPrompt{Purpose: i.Purpose, Template: i.Template, Text: i.Text, Variables: filled(i.Variables), Channel: i.Channel,
		Opens: i.Opens, Incentive: i.Incentive, Expires: i.Expires}
}

type previewSegment struct{ Body SegmentInput }

func (a *API) previewSegment(c *call, given *previewSegment) (gateway.BulkCount, error) {
	order := gateway.BulkOrder{Segment: given.Body.Segment}
	if given.Body.Prompt != nil {
		order.Prompt = given.Body.Prompt.prompt()
	}
	count, err := a.bulk.Count(c.Context(), c.brand.ID, order)
	return count, bulkError(err)
}

type postBulk struct{ Body BulkInput }

func (a *API) postBulk(c *call, given *postBulk) (gateway.Bulk, error) {
	id, err := a.bulkID(c)
	if err != nil {
		return gateway.Bulk{}, err
	}
	b := &given.Body
	job, err := a.bulk.Start(c.Context(), c.brand.ID, "key:"+c.key.Name, gateway.BulkOrder{ID: id,
		Segment: b.Segment, Prompt: b.Prompt.prompt(), PerMinute: b.PerMinute, Slice: b.Slice, Confirm: b.Confirm})
	return job, bulkError(err)
}

// bulkID mints the id of a job. With an Idempotency-Key it is kept before the job
// is ordered: whoever asks again, of whatever node, after whatever crash, names
// the same job.
func (a *API) bulkID(c *call) (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("mint a job's id: %w", err)
	}
	key := c.Header.Get("Idempotency-Key")
	if key == "" {
		return id.String(), nil
	}
	kept, err := a.store.PutAnswer(c.Context(), c.brand.ID, "bulk:"+answerName(c, key),
		gateway.Answer{Request: fingerprint(c), Status: http.StatusAccepted, Body: []byte(id.String()), At: c.now})
	switch {
	case err != nil:
		return "", fmt.Errorf("keep a job's id: %w", err)
	case kept.Request != fingerprint(c):
		return "", errReused
	}
	return string(kept.Body), nil
}

type listBulk struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50"`
	Before string `query:"before" maxLength:"200" doc:"only jobs from before this one"`
}

type bulkPage struct {
	Jobs []gateway.Bulk `json:"jobs"`
	Next string         `json:"next,omitempty" doc:"address of the next page; absent on the last one"`
}

func (a *API) listBulk(c *call, given *listBulk) (bulkPage, error) {
	jobs, err := a.bulk.Jobs(c.Context(), c.brand.ID, given.Before, given.Limit)
	if err != nil {
		return bulkPage{}, fmt.Errorf("list bulk jobs: %w", err)
	}
	page := bulkPage{Jobs: orEmpty(jobs)}
	if len(jobs) == given.Limit {
		page.Next = fmt.Sprintf("/v1/bulk?before=%s&limit=%d", jobs[len(jobs)-1].ID, given.Limit)
	}
	return page, nil
}

type bulkName struct {
	ID string `path:"id" maxLength:"200" doc:"the job's id"`
}

func (a *API) getBulk(c *call, given *bulkName) (gateway.Bulk, error) {
	job, err := a.bulk.Job(c.Context(), c.brand.ID, given.ID)
	return job, bulkError(err)
}

type commandBulk struct {
	ID      string              `path:"id" maxLength:"200" doc:"the job's id"`
	Command gateway.BulkCommand `path:"command" enum:"pause,resume,continue,cancel" doc:"what it is told; continue goes on after the first slice"`
}

func (a *API) commandBulk(c *call, given *commandBulk) (gateway.Bulk, error) {
	job, err := a.bulk.Command(c.Context(), c.brand.ID, given.ID, given.Command)
	return job, bulkError(err)
}

// bulkError makes problems of what package gateway/bulk says.
func bulkError(err error) error {
	var wrong *segment.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		return invalid([]gateway.FieldFault{{Pointer: "/segment", Detail: wrong.Error()}})
	case errors.Is(err, gateway.ErrBulkOrder):
		return invalid([]gateway.FieldFault{{Detail: strings.TrimPrefix(err.Error(), gateway.ErrBulkOrder.Error()+": ")}})
	case errors.Is(err, gateway.ErrBulkState):
		return problem("bulk_state", strings.TrimPrefix(err.Error(), gateway.ErrBulkState.Error()+": "))
	case errors.Is(err, gateway.ErrNotFound):
		return problem("unknown_bulk", "send an id that POST /v1/bulk answered to a key of this brand")
	}
	return fmt.Errorf("bulk: %w", err)
}
