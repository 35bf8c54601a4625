/** The style sheet of the page: light and dark, wide and narrow, screen and paper. No font, image or colour from elsewhere. */
export const style = `
:root{--bg:#f6f6f3;--card:#fff;--ink:#1d2226;--soft:#56606a;--line:#dfe1e0;--link:#0b57a4;--mono-bg:#f0f1ef;
--fail:#a61b12;--fail-bg:#fcefed;--warn:#7a4d00;--warn-bg:#fdf4df;--pass:#14623a;--pass-bg:#e9f6ee;
--s5:#fff;--s5-bg:#a61b12;--s4:#96240f;--s4-bg:#fce4de;--s3:#6f4700;--s3-bg:#fbecc8;--s2:#17497f;--s2-bg:#e1edfa;--s1:#4a535c;--s1-bg:#eaecee;--s0:#5b3683;--s0-bg:#efe6f7}
@media screen and (prefers-color-scheme:dark){:root{--bg:#131619;--card:#1a1e22;--ink:#e4e8eb;--soft:#9ca7b1;--line:#2d343a;--link:#7db8f5;--mono-bg:#23282d;
--fail:#ff9a8f;--fail-bg:#321a18;--warn:#f1c76a;--warn-bg:#2e2714;--pass:#83d6a3;--pass-bg:#15291d;
--s5:#2a0502;--s5-bg:#ff8276;--s4:#ffb3a4;--s4-bg:#47211b;--s3:#f3ce7d;--s3-bg:#3d3013;--s2:#a3ccff;--s2-bg:#1a304b;--s1:#b6c0c9;--s1-bg:#2b3238;--s0:#d5b9f3;--s0-bg:#34274a}}
*{box-sizing:border-box}
html{color-scheme:light dark;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main,.top,.foot{max-width:1080px;margin:0 auto;padding:0 24px}
a{color:var(--link);text-underline-offset:2px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
code,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.88em}
h1,h2,h3,p,ol,ul,dl{margin:0}
h2{font-size:20px;line-height:1.3;margin:44px 0 14px;letter-spacing:-.01em}
h2 small{font-size:14px;font-weight:400;color:var(--soft);margin-left:8px;letter-spacing:0}
h3{font-size:15px;line-height:1.45}
.soft{color:var(--soft)}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-9999px}.skip:focus{left:16px;top:12px;background:var(--card);padding:6px 12px;z-index:1}
.top{display:flex;align-items:center;gap:10px;padding-top:22px;padding-bottom:18px;color:var(--soft);font-size:14px}
.top svg{width:26px;height:26px;flex:none}.top b{color:var(--ink)}.top span{margin-left:auto}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px 20px}
.verdict{border-left:6px solid var(--v);padding:22px 26px}
.fail{--v:var(--fail);--vb:var(--fail-bg)}.warn{--v:var(--warn);--vb:var(--warn-bg)}.pass{--v:var(--pass);--vb:var(--pass-bg)}
.verdict h1{font-size:24px;line-height:1.3;font-weight:600;letter-spacing:-.015em;display:flex;flex-wrap:wrap;gap:6px 14px;align-items:center}
.badge{color:var(--v);background:var(--vb);border:1px solid currentColor;border-radius:6px;font-size:17px;font-weight:700;letter-spacing:.04em;padding:1px 12px}
.ref{margin-top:12px;font-size:16px;font-weight:600}
.facts{display:flex;flex-wrap:wrap;gap:4px 24px;margin-top:8px;font-size:14px}
.facts div{display:flex;gap:6px}.facts dt{color:var(--soft)}.facts dd{margin:0}
.tiles{display:grid;grid-template-columns:repeat(6,1fr);gap:10px;margin:14px 0 0;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px;font-size:13px;color:var(--soft)}
.tiles b{display:block;font-size:24px;line-height:1.25;font-weight:600;color:var(--ink);font-variant-numeric:tabular-nums}
.tiles .zero b{color:var(--soft);font-weight:400}
.tiles i{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:7px;background:var(--c)}
.c5{--c:var(--s5-bg)}.c4{--c:#dd6a4e}.c3{--c:#d19a1f}.c2{--c:#5593d6}.c1{--c:#8b959e}.c0{--c:#9a74c4}
.notice{margin-top:14px;border:1px solid var(--warn);background:var(--warn-bg);color:var(--warn);border-radius:10px;padding:10px 16px;font-weight:600}
.sev{display:inline-block;min-width:78px;text-align:center;border-radius:5px;padding:1px 8px;font-size:12.5px;font-weight:600;line-height:1.6;white-space:nowrap}
.s5{color:var(--s5);background:var(--s5-bg)}.s4{color:var(--s4);background:var(--s4-bg)}.s3{color:var(--s3);background:var(--s3-bg)}.s2{color:var(--s2);background:var(--s2-bg)}.s1{color:var(--s1);background:var(--s1-bg)}.s0{color:var(--s0);background:var(--s0-bg)}
.mark{display:inline-block;border:1px solid var(--fail);color:var(--fail);border-radius:5px;font-size:11.5px;font-weight:600;padding:0 6px;line-height:1.5;white-space:nowrap;margin-left:4px}
.good{color:var(--pass);font-weight:600}.good::before{content:"\\2192\\a0";font-weight:400;color:var(--soft)}
.stack{display:grid;gap:12px}
.rule>p{margin-top:3px;font-size:14px}
.rule h3{font-size:16px;font-weight:500}.rule h3 code{font-size:14px;font-weight:600;color:var(--v);background:var(--vb);border-radius:5px;padding:2px 8px;margin-right:8px}
.rule .meta{font-size:13px;color:var(--soft)}
.hits{list-style:none;margin:12px 0 0;padding:0;border-top:1px solid var(--line)}
.hits li{display:grid;grid-template-columns:auto 1fr;align-items:start;gap:2px 12px;padding:9px 0;border-bottom:1px solid var(--line)}
.hits li:last-child{border-bottom:0;padding-bottom:0}
.hits li.from{display:block;padding:8px 0 2px;border:0}.hits li:has(+.from){border-bottom-color:var(--line)}
.from{font-size:13px;color:var(--soft)}.from details{display:inline}.from summary{display:inline;font-size:13px}.from ul{list-style:none;padding-left:14px}
.steps{list-style:none;counter-reset:step}.steps.more{counter-reset:step 10;padding:0}.steps+details{margin-top:10px}#change~p{margin:10px 0}
.steps li{counter-increment:step;display:grid;grid-template-columns:28px 1fr;gap:0 14px;padding:11px 0;border-bottom:1px solid var(--line)}
.steps li:first-child{padding-top:0}.steps li:last-child{border:0;padding-bottom:0}
.steps li::before{content:counter(step);width:28px;height:28px;border-radius:50%;background:var(--mono-bg);font-weight:600;font-size:14px;display:grid;place-items:center}
.steps b{font-weight:600}
#filter{display:flex;flex-wrap:wrap;gap:10px 14px;align-items:end;margin-bottom:8px}#filter[hidden]{display:none}
#filter label{font-size:13px;color:var(--soft);display:grid;gap:3px;min-width:0}#filter .search{flex:1 1 260px}
#filter input,#filter select,#filter button{font:inherit;font-size:14px;color:var(--ink);background:var(--card);border:1px solid var(--soft);border-radius:7px;padding:6px 10px;min-height:38px;width:100%;max-width:230px}
#filter .search input{max-width:none}#filter [name=package]{max-width:150px}#filter select{text-overflow:ellipsis}#filter button{width:auto;cursor:pointer}
#count{margin-left:auto;padding-bottom:8px;font-size:14px;color:var(--soft);white-space:nowrap}
.keys{font-size:13px;margin-bottom:12px}kbd{font:inherit;border:1px solid var(--line);border-bottom-width:2px;border-radius:4px;padding:0 5px;background:var(--card)}
html:not(.js) .keys{display:none}
#list{position:relative;contain:layout style}
#list>div{position:absolute;left:0;right:0}
.ghead{height:54px;display:flex;align-items:end;gap:0 10px;padding:0 4px 7px;overflow:hidden;white-space:nowrap}
.ghead h3{flex:0 1 auto;min-width:60px;overflow:hidden;text-overflow:ellipsis}.ghead .soft{flex:0 1 auto;font-size:13.5px;overflow:hidden;text-overflow:ellipsis;min-width:0}
.ghead .many{margin-left:auto;font-size:13px;color:var(--soft);font-variant-numeric:tabular-nums}
.row{background:var(--card);border:1px solid var(--line);margin-top:-1px}
.row.open{padding-bottom:12px}
.sum{all:unset;box-sizing:border-box;display:grid;grid-template-columns:92px minmax(0,1fr) minmax(0,24%) 86px;gap:0 12px;align-items:center;width:100%;height:45px;padding:0 16px;cursor:pointer;white-space:nowrap}
.sum:hover{background:var(--mono-bg)}.sum:focus-visible{outline:2px solid var(--link);outline-offset:-2px}
.sum .main,.sum .fix{overflow:hidden;text-overflow:ellipsis}.sum .of{font-weight:500}.sum .sev{min-width:0}
.row .ev{margin:2px 16px 0}
.mark.calm{border-color:var(--soft);color:var(--soft)}
#list.paper{height:auto!important;contain:none;font-size:9.5pt;line-height:1.35}#list.paper>p{break-inside:avoid;padding:2px 0;border-bottom:1px solid #ddd}#list.paper>h3{margin:9px 0 2px;break-after:avoid}#list.paper .sev{padding:0 7px;font-size:8.5pt}#list.paper .risk{color:var(--fail)}
.onpaper{display:none}
.picture{list-style:none;padding:0;display:grid;gap:3px}
.picture a{display:grid;grid-template-columns:70px minmax(0,34%) minmax(0,1fr) 50px;gap:0 14px;align-items:center;color:inherit;text-decoration:none;border-radius:6px;padding:4px 6px}
.picture a:hover{background:var(--mono-bg)}.picture code{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.picture svg{width:100%;height:14px;display:block}.picture rect{fill:var(--c)}
.picture .soft{font-size:13px}.legend{list-style:none;padding:0;margin:12px 6px 0;display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--soft)}
.legend i{display:inline-block;width:9px;height:9px;border-radius:50%;margin-right:7px;background:var(--c)}.picture+.legend+.soft{margin:8px 6px 0;font-size:13px}
table{width:100%;border-collapse:collapse}
th{text-align:left;font-size:13px;font-weight:600;color:var(--soft)}
.list th,.list td{padding:6px 16px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
.list th:last-child,.list td:last-child{padding-right:0}.list tbody tr:last-child td{border-bottom:0}
.list{font-size:14px;overflow-wrap:break-word}.list .id{min-width:140px}.state{white-space:nowrap}.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.age{color:var(--soft);font-size:13.5px;text-align:right;white-space:nowrap}
tr:target td{background:var(--warn-bg)}
details>summary{cursor:pointer;color:var(--soft);font-size:14px}
details>summary:hover{color:var(--ink)}
.ev{display:grid;grid-template-columns:max-content 1fr;gap:3px 14px;font-size:13.5px;margin:8px 0 4px;padding:10px 14px;background:var(--mono-bg);border-radius:8px}
.ev dt,.kv dt{color:var(--soft)}.ev dd,.kv dd{margin:0;min-width:0}
.ev ul,.kv ul{list-style:none;padding:0}
.kv{display:grid;grid-template-columns:minmax(120px,max-content) 1fr;gap:7px 22px;font-size:14px}
.state{font-weight:600}.state.expired,.state.fixed,.state.not-honoured{color:var(--fail)}.state.expires-soon{color:var(--warn)}.state.applied{color:var(--pass)}
.plain .sev{margin-right:8px}.plain{list-style:none;display:grid;gap:10px}
.big>summary{font-size:15px}.big[open]>summary{margin-bottom:10px}
.scroll{overflow-x:auto}
.foot{padding-top:40px;padding-bottom:48px;font-size:13px;color:var(--soft)}
@media (max-width:760px){
main,.top,.foot{padding-left:14px;padding-right:14px}.verdict{padding:18px}.verdict h1{font-size:20px}h2{margin-top:34px}
.tiles{grid-template-columns:repeat(3,1fr)}.card{padding-left:14px;padding-right:14px}
.sum{grid-template-columns:auto minmax(0,1fr) auto;grid-template-rows:auto auto;gap:3px 10px;height:75px;padding:8px 12px;align-content:center}
.sum .sev{grid-area:1/1;padding:1px 10px}.sum .fix{grid-area:1/2;font-size:14px}.sum .age{grid-area:1/3}.sum .main{grid-area:2/1/3/4}.row .ev{margin:2px 12px 0}.keys{display:none}
.picture a{grid-template-columns:54px minmax(0,1fr) 44px}.picture code{grid-column:2/4}.picture svg{grid-area:2/1/3/3}.picture .num{grid-area:2/3}
#filter label{flex:1 1 40%}#filter input,#filter select,#filter [name=package]{max-width:none}
.ev{grid-template-columns:1fr;gap:0}.ev dd{margin-bottom:6px}
.kv{grid-template-columns:1fr;gap:0}.kv dd{margin-bottom:9px}#count{margin-left:0}.hits li{grid-template-columns:1fr}.hits .sev{justify-self:start}
.list .wide{display:none}.roomy{min-width:640px}#filter .search{flex:1 0 100%}}
@media print{body{background:#fff;font-size:11pt}#filter,.keys,.skip{display:none}
.card,.row,.tiles li{border-color:#bbb}.sum{height:auto;white-space:normal;padding:5px 10px}.picture svg rect,.tiles i,.legend i{print-color-adjust:exact;-webkit-print-color-adjust:exact}.row,.picture li,.steps li,.hits li,.rule{break-inside:avoid}details:not(.fold)::details-content{content-visibility:visible;display:block;height:auto}.fold:not([open])+.onpaper{display:block}html{color-scheme:light}
.sev,.badge,.ev,tr:target td{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2{break-after:avoid}main,.top,.foot{max-width:none;padding:0}}
`;
