package ipp

import (
	"context"
	"errors"
)

// Options are how a document is to be printed.
type Options struct {
	Format string // of the document: application/pdf
	Name   string // of the job, which records keep and others can read
	Media  string // iso_a4_210x297mm, na_letter_8.5x11in
	Sides  string // one-sided, two-sided-long-edge
	Copies int    // 1 or more
}

// Media names by the sizes of paper (PWG 5101.1).
const (
	MediaA4     = "iso_a4_210x297mm"
	MediaLetter = "na_letter_8.5x11in"
)

// operation returns what is sent with the request about the document itself.
func (o Options) operation() []attribute {
	return []attribute{
		{"job-name", tagName, []any{o.Name}},
		{"ipp-attribute-fidelity", tagBoolean, []any{false}},
		{"document-format", tagMIME, []any{o.Format}},
	}
}

// job returns what is asked for. A code that is scaled cannot be relied upon, and
// a page that comes in colour is paid for in colour.
func (o Options) job() group {
	return group{groupJob, []attribute{
		{"copies", tagInteger, []any{max(1, o.Copies)}},
		{"sides", tagKeyword, []any{o.Sides}},
		{"media", tagKeyword, []any{o.Media}},
		{"print-scaling", tagKeyword, []any{"none"}},
		{"print-color-mode", tagKeyword, []any{"monochrome"}},
	}}
}

// Validate asks whether a job would be taken, and returns the names of what the
// printer would ignore.
func (s *Server) Validate(ctx context.Context, o Options) (ignored []string, err error) {
	m := s.request(opValidateJob, append([]attribute{s.userName()}, o.operation()...)...)
	m.groups = append(m.groups, o.job())
	answer, err := s.do(ctx, m, nil)
	if err != nil {
		return nil, err
	}
	return unsupported(answer), nil
}

func unsupported(answer *message) (names []string) {
	for _, a := range answer.group(groupUnsupported).attributes {
		names = append(names, a.name)
	}
	return names
}

// Print hands over a document and returns the number of the job.
func (s *Server) Print(ctx context.Context, o Options, document []byte) (job int, ignored []string, err error) {
	m := s.request(opPrintJob, append([]attribute{s.userName()}, o.operation()...)...)
	m.groups = append(m.groups, o.job())
	answer, err := s.do(ctx, m, document)
	if err != nil {
		return 0, nil, err
	}
	job = answer.group(groupJob).number("job-id")
	if job <= 0 {
		return 0, nil, &AnswerError{Err: errors.New("no number of a job")}
	}
	return job, unsupported(answer), nil
}

// States of a job (RFC 8011, 5.3.7).
const (
	JobPending   = 3
	JobHeld      = 4
	JobPrinting  = 5
	JobStopped   = 6
	JobCanceled  = 7
	JobAborted   = 8
	JobCompleted = 9
)

// A Job is how far a job has come.
type Job struct {
	State   int
	Reasons []string // in keywords: media-empty, aborted-by-system
	Sheets  int      // pages or sheets that came out so far, as far as the printer counts
}

// Over reports whether nothing more happens to the job.
func (j *Job) Over() bool { return j.State >= JobCanceled }

// Job asks how far a job has come.
func (s *Server) Job(ctx context.Context, id int) (*Job, error) {
	answer, err := s.do(ctx, s.request(opGetJob, jobID(id), s.userName(), attribute{"requested-attributes", tagKeyword, []any{
		"job-state", "job-state-reasons", "job-impressions-completed", "job-media-sheets-completed",
	}}), nil)
	if err != nil {
		return nil, err
	}
	g := answer.group(groupJob)
	j := &Job{State: g.number("job-state"), Sheets: max(g.number("job-impressions-completed"), g.number("job-media-sheets-completed"))}
	for _, reason := range g.texts("job-state-reasons") {
		if reason != "none" {
			j.Reasons = append(j.Reasons, reason)
		}
	}
	return j, nil
}

func jobID(id int) attribute { return attribute{"job-id", tagInteger, []any{id}} }

// Cancel stops a job.
func (s *Server) Cancel(ctx context.Context, id int) error {
	_, err := s.do(ctx, s.request(opCancelJob, jobID(id), s.userName()), nil)
	return err
}

// Purge has a job and its document forgotten, over or not. CUPS does; printers
// that do not know how say that the job is over already.
func (s *Server) Purge(ctx context.Context, id int) error {
	_, err := s.do(ctx, s.request(opCancelJob, jobID(id), s.userName(), attribute{"purge-job", tagBoolean, []any{true}}), nil)
	return err
}
