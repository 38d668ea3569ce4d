"""Making kept values again, to see whether their code makes what was kept."""
