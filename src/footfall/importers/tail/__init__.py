"""Following a live access log across rotations, truncation and restarts, each line once.

**Once.** Lines and the place after them are one commit: the place is the note of a spool that this tail shares with no
one (`spool.protocol`). A process that dies has committed both or neither, so the next one reads on at the place, a
second or a year later. No memory of keys is needed.

**The place** is not an offset in FILE but a list of contents that have been read, oldest first, each with its offset:
FILE, and before it those that were rotated a short while ago and may still be written to. A content is known by its
first bytes (up to 4 KiB, of what has been read), once decompressed, and the inode tells copies apart. So it is found
again under whatever name, copied or compressed. What has not been read at all needs no place: of the files from the
oldest known content on, in the order of rotation, those that fit no place are unread.

- `place`: what is noted.
- `rotation`: FILE and its rotated siblings, oldest first.
- `source`: one content, open: its next whole lines, and whether it is still what it was.
- `files`: which contents to read, found again after a start, a rotation or a truncation.
- `follow`: the loop: blocks become submissions.
"""
