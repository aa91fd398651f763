package main

import "github.com/spf13/cobra"

func newConfigureCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "configure",
		Short: "Set up samlogin",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return unknownWord(cmd, args[0])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newImportCmd(a))
	return cmd
}
