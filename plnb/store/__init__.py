"""Every read and write of plnb's own files and tables."""
