package store

import (
	"testing"
	"time"

	"github.com/causette/causette/agents"
	"github.com/causette/causette/conversation"
)

func TestTheAuditIsOnlyAddedTo(t *testing.T) {
	for engine, url := range engines {
		t.Run(engine, func(t *testing.T) {
			s := openMigrated(t, url(t))
			if err := s.AddAudit(t.Context(), agents.Audited{ID: "1", Kind: "login", Agent: "lea", At: time.Unix(1, 0)}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.db.ExecContext(t.Context(), "update audit set agent = 'theo'"); err == nil {
				t.Error("a row of the audit was changed")
			}
			list, _, err := s.ReadAudit(t.Context(), agents.AuditRead{Brands: []conversation.BrandID{""}, Limit: 10})
			if err != nil || len(list) != 1 || list[0].Agent != "lea" {
				t.Errorf("the audit says %+v, %v", list, err)
			}
		})
	}
}
