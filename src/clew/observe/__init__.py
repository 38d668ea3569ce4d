"""Looking at the program between its statements, without leaving a trace."""
