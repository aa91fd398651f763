package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// prints are functions whose arguments somebody may come to see.
var prints = map[string]bool{
	"Print": true, "Printf": true, "Println": true, "Fprint": true, "Fprintf": true, "Fprintln": true, "Sprint": true, "Sprintf": true, "Sprintln": true,
	"Errorf": true, "WriteString": true, "notice": true, "say": true, "message": true,
}

// A foreign.Text prints itself clean, under every verb. So nothing that prints may be given its raw form, and nothing
// may turn it into a plain string on the way. (What is compared, or goes into a hash, is not printed.)
//
// security case 48
func TestForeignTextIsPrintedClean(t *testing.T) {
	files := map[string]*ast.File{}
	set := token.NewFileSet()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "foreign" || strings.HasPrefix(d.Name(), ".") && d.Name() != ".."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files[path], err = parser.ParseFile(set, path, nil, 0)
		return err
	})
	if err != nil || len(files) < 100 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	texts := map[string]bool{} // names of fields and parameters that are foreign texts
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok {
				if s, ok := field.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Text" && isNamed(s.X, "foreign") {
					for _, name := range field.Names {
						texts[name.Name] = true
					}
				}
			}
			return true
		})
	}
	if !texts["Said"] || !texts["Title"] {
		t.Fatalf("foreign texts are %v", texts)
	}
	raw := func(n ast.Node) (found bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				s, ok := call.Fun.(*ast.SelectorExpr)
				found = found || ok && s.Sel.Name == "Raw" && len(call.Args) == 0
			}
			return !found
		})
		return found
	}
	for path, f := range files {
		if strings.HasSuffix(path, "other_windows.go") { // a field of one name of another module
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			name, to := "", call.Args[0]
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				name = fun.Sel.Name
			}
			if prints[name] && !isNamed(to, "h") { // h is a hash
				for _, arg := range call.Args {
					if raw(arg) {
						t.Errorf("%s: %s is given a foreign text as it came", set.Position(call.Pos()), name)
					}
				}
			}
			if s, ok := to.(*ast.SelectorExpr); ok && name == "string" && texts[s.Sel.Name] {
				t.Errorf("%s: a foreign text becomes a plain one", set.Position(call.Pos()))
			}
			return true
		})
	}
}

func isNamed(x ast.Expr, name string) bool {
	id, ok := x.(*ast.Ident)
	return ok && id.Name == name
}
