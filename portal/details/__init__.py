"""What each system holds of a person in the fields that can be corrected, and the corrections."""
