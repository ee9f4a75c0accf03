"""The staff's view on one page: the doctors' calendars, the mails that went out, the two sheets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.message import EmailMessage
from html import escape
from itertools import groupby
from typing import Any

from rehearsal.google_workspace.calendars import Calendars
from rehearsal.google_workspace.grids import Area, Grid
from rehearsal.google_workspace.mailboxes import Mail
from rehearsal.google_workspace.workspace import Workspace

_STYLE = """
:root{color-scheme:light dark;--line:light-dark(#dfe3ea,#333a46);--paper:light-dark(#fff,#1b2028);
--back:light-dark(#f5f7fa,#12161c);--ink:light-dark(#1d2430,#e6eaf0);--soft:light-dark(#5c6675,#98a3b3);
--ours:light-dark(#e3effd,#16324f);--edge:#2b7de9;--theirs:light-dark(#fdf0dc,#43331a);--other:#d98a13}
*{box-sizing:border-box}body{margin:0;background:var(--back);color:var(--ink);
font:15px/1.5 system-ui,sans-serif}header,main{max-width:1180px;margin:auto;padding:0 20px}
header{padding-top:28px}h1{font-size:22px;margin:0}header p{margin:4px 0 0;color:var(--soft)}
h2{font-size:16px;margin:32px 0 10px}h3{font-size:14px;margin:0 0 8px}small{color:var(--soft)}
.calendars{display:grid;grid-template-columns:repeat(auto-fill,minmax(260px,1fr));gap:14px}
.card,details,.scroll{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px}
.day{font-size:12px;color:var(--soft);margin:10px 0 4px}.event{border-left:4px solid var(--other);
background:var(--theirs);border-radius:5px;padding:4px 8px;margin:4px 0}.event.ours{
border-color:var(--edge);background:var(--ours)}.event b{font-variant-numeric:tabular-nums}
details{margin:8px 0}summary{cursor:pointer}pre{white-space:pre-wrap;font:13px/1.5 ui-monospace,monospace}
iframe{width:100%;height:360px;border:1px solid var(--line);border-radius:6px;background:#fff}
.scroll{overflow-x:auto;padding:0}table{border-collapse:collapse;width:100%;font-size:13px}
th,td{text-align:left;padding:7px 12px;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:600}tr:last-child td{border:0}.empty{color:var(--soft)}
"""


def staffs_view(workspace: Workspace) -> str:
    """Return the page, HTML. Everything that came from outside is escaped."""
    sent, drafts = workspace.mailbox.sent, len(workspace.mailbox.drafts)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>The clinic's Workspace</title>
<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>
<header><h1>What the clinic’s staff see</h1>
<p>A rehearsed Google Workspace of {escape(workspace.mailbox.address)}. Reload to look again.</p></header>
<main><h2>Calendars</h2><div class="calendars">{_joined(_calendars(workspace.calendars))}</div>
<h2>Mails sent <small>{len(sent)}{f", {drafts} drafts" if drafts else ""}</small></h2>
{_joined(map(_mail, reversed(sent)))}
{_joined(_sheets(workspace))}</main></body></html>"""


def mail_text(workspace: Workspace, mail_id: str) -> bytes:
    """Return a mail as it was sent, RFC 5322; empty where there is none of that id."""
    return next((mail.raw for mail in workspace.mailbox.sent if mail.id == mail_id), b"")


def _joined(parts: Iterable[str]) -> str:
    return "\n".join(parts) or '<p class="empty">Nothing yet.</p>'


def _calendars(calendars: Calendars) -> Iterable[str]:
    for calendar_id, zone in calendars.zones.items():
        events = [(calendars.span(calendar_id, each), each) for each in calendars.standing(calendar_id)]
        local = [(start.astimezone(zone), end.astimezone(zone), each) for (start, end), each in events]
        days = groupby(local, key=lambda each: each[0].date())
        lines = [
            f'<div class="day">{day:%A, %d %B %Y}</div>{_joined(map(_event, some))}' for day, some in days
        ]
        yield f'<section class="card"><h3>{escape(calendar_id)}</h3>{_joined(lines)}</section>'


def _event(placed: tuple[datetime, datetime, dict[str, Any]]) -> str:
    start, end, event = placed
    ours = " ours" if event.get("extendedProperties", {}).get("private") else ""
    title = escape(event.get("summary", "(no title)"))
    hours = "all day" if "date" in event["start"] else f"{start:%H:%M}–{end:%H:%M}"
    about = escape(event.get("description", ""))
    return f'<div class="event{ours}" title="{about}"><b>{hours}</b> {title}</div>'


def _mail(mail: Mail) -> str:
    message = mail.message
    text, page = _body(message, "plain"), _body(message, "html")
    attached = [escape(part.get_filename() or part.get_content_type()) for part in message.iter_attachments()]
    shown = f'<iframe sandbox="" srcdoc="{escape(page)}"></iframe>' if page else f"<pre>{escape(text)}</pre>"
    also = f"<p><small>Attached: {', '.join(attached)}</small></p>" if attached else ""
    return f"""<details><summary><b>{escape(str(message["Subject"]))}</b>
<small>to {escape(str(message["To"]))}, {mail.at:%d %B %Y %H:%M} UTC</small></summary>
{shown}{also}<p><a href="/mails/{mail.id}" download="{mail.id}.eml">as it was sent</a></p></details>"""


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return str(part.get_content()) if part else ""


def _sheets(workspace: Workspace) -> Iterable[str]:
    for grids in workspace.spreadsheets.sheets.values():
        yield from (_sheet(grid) for grid in grids if grid.rows or len(grids) == 1)


def _sheet(grid: Grid) -> str:
    header, *rows = grid.read(Area(grid.title)) or [[]]
    width = max(map(len, [header, *rows]))
    head = "".join(f"<th>{escape(str(cell))}</th>" for cell in header)
    body = "".join(f"<tr>{_cells(row, width)}</tr>" for row in rows)
    title = f"<h2>Sheet: {escape(grid.title)} <small>{len(rows)} rows</small></h2>"
    return f'{title}<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _cells(row: list[Any], width: int) -> str:
    return "".join(f"<td>{escape(str(cell))}</td>" for cell in row + [""] * (width - len(row)))
