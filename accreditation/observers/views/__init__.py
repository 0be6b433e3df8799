"""The applicant's pages: from the front page to the status page. Rules stand in workflow/applying.py."""
