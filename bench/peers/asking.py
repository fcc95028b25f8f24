"""What every peer asks for: the header fields that threading needs, of both folders."""

FOLDERS = ("INBOX", "Sent")
FIELDS = "FROM TO CC SUBJECT DATE MESSAGE-ID REFERENCES IN-REPLY-TO"
BATCH = 500  # mails in one command, where a batch is wanted
