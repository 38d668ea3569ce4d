"""Codecs: the formats that values are kept in, open ones first, a pickle where no open format holds the value exactly."""
