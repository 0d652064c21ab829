//! Reading, changing and writing XML: snippets, and the texts that Groovy 2.4.21 gives.

use crate::support::outcome;

const SNIPPETS: &[(&str, &str)] = &[
    (
        r##"def x = new XmlSlurper().parseText('<r xmlns="u" xmlns:p="v"><p:a p:k="1" j="2"/><b xmlns="w"/></r>'); x.appendNode { 'c'('z') }; groovy.xml.XmlUtil.serialize(x)"##,
        r##"<?xml version="1.0" encoding="UTF-8"?><tag0:r xmlns:tag0="u">
  <p:a xmlns:p="v" j="2" p:k="1"/>
  <b xmlns="w"/>
  <c xmlns="w">z</c>
</tag0:r>
"##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r xmlns="u" xmlns:p="v" xmlns:q="v"><p:a p:k="1" j="2" p:zz="3" xml:lang="de"><c xmlns=""><d q:e="1"/></c></p:a></r>'); groovy.xml.XmlUtil.serialize(x)"##,
        r##"<?xml version="1.0" encoding="UTF-8"?><tag0:r xmlns:tag0="u">
  <q:a xmlns:q="v" j="2" q:k="1" xml:lang="de" q:zz="3">
    <c>
      <d q:e="1"/>
    </c>
  </q:a>
</tag0:r>
"##,
    ),
    (
        r##"def n = new XmlParser().parseText('<r><a>1</a><b/></r>'); n.a[0].replaceNode { c(k: 1, 'x') ; d() }; n.b[0].@z = 5; n.b[0] + { e() }; n.toString()"##,
        r##"r[attributes={}; value=[c[attributes={k=1}; value=x], d[attributes={}; value=[]], b[attributes={z=5}; value=[]], e[attributes={}; value=[]]]]"##,
    ),
    (
        r##"def s = new groovy.xml.StreamingMarkupBuilder(); s.bind { mkp.declareNamespace(x: 'u', '': 'd'); mkp.pi(a: 'b'); x.r(k: '\u00e4"') { mkp.comment('c'); y('1'); [1, 2].each { i -> z(i) }; mkp.yieldUnescaped('<q/>'); unescaped << '<w/>'; out << '<'; x.t { u('v') } } }.toString()"##,
        r##"<?a b?><x:r k='&#xe4;"' xmlns:x='u' xmlns='d'><!--c--><y>1</y><z>1</z><z>2</z><q/><w/>&lt;<x:t><u>v</u></x:t></x:r>"##,
    ),
    (
        r##"def s = new groovy.xml.StreamingMarkupBuilder(useDoubleQuotes: true, expandEmptyElements: true); s.encoding = 'UTF-8'; s.bind { mkp.xmlDeclaration(); r(a: 'x"y') { b(); c(null); d('') ; e(1.5); f([1, 'x']) } }.toString()"##,
        r##"<?xml version="1.0" encoding="UTF-8"?>
<r a="x&quot;y"><b></b><c></c><d></d><e>1.5</e><f>1x</f></r>"##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r><i>1</i><i>2</i></r>'); new groovy.xml.StreamingMarkupBuilder().bind { all { mkp.yield x.i; out << x.i[1] } }.toString()"##,
        r##"<all><i>1</i><i>2</i><i>2</i></all>"##,
    ),
    (
        r##"def w = new StringWriter(); def m = new groovy.xml.MarkupBuilder(w); m.omitNullAttributes = true; m.expandEmptyElements = true; m.r(a: null, b: '') { c(); mkp.comment('hi'); d { }; e('x') { f() } }; w.toString()"##,
        r##"<r b=''>
  <c></c><!-- hi -->
  <d></d>
  <e>x
    <f></f>
  </e>
</r>"##,
    ),
    (
        r##"def w = new StringWriter(); def m = new groovy.xml.MarkupBuilder(w); try { m.r { a { throw new IllegalStateException('bad') } } } catch (e) { e.message + '|' + e.cause + '|' + e.toString() }"##,
        r##"bad|null|java.lang.IllegalStateException: bad"##,
    ),
    (
        r##"def n = new XmlParser().parseText('<r xmlns:p="u"><p:a p:k="1">x<b>y</b>z</p:a></r>'); def w = new StringWriter(); new XmlNodePrinter(new PrintWriter(w)).print(n); def ns = new groovy.xml.Namespace('u', 'p'); n[ns.a].text() + '|' + n[ns.a][0].attribute(ns.k) + '|' + n.'p:a'.text() + '|' + n.a.size() + '|' + n.'*'.size() + '|' + w"##,
        r##"xyz|1|xyz|0|1|<r>
  <p:a xmlns:p="u" p:k="1">
    x
    <b>
      y
    </b>
    z
  </p:a>
</r>
"##,
    ),
    (
        r##"def n = new XmlParser(false, false).parseText('<p:r xmlns:p="u"><p:a> x </p:a></p:r>'); n.name() + '|' + n.attributes() + '|' + n.'p:a'.text() + n.breadthFirst()*.name()"##,
        r##"p:r|[xmlns:p:u]| x [p:r, p:a]"##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r><a k="1"><b/></a></r>'); def s = []; x.a.each { s << it.@k.text() + it.b.size() + it.parent().name() + it.b.parent().name() + it.name() }; s << x.a.b[0].parent().parent().name(); s << x.lookupNamespace('xml'); s << x.a.@k.name() << x.a.@zz.size() << x.a.@zz.isEmpty() << x.a.getProperty('@k'); s.toString()"##,
        r##"[11raa, r, http://www.w3.org/XML/1998/namespace, k, 0, true, 1]"##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r><a>1</a><a>2</a><a>3</a></r>'); '' + x.a[0..1] + x.a[-1] + x.a[9] + (x.a[9] ? 1 : 0) + (x.a.find { it == '9' } ? 1 : 0) + x.a.list().size() + x.a*.text() + x.a.collect { it.toInteger() * 2 }.sum() + x.a.max { it.toInteger() } + x.a.join(',') + x.breadthFirst()*.name()"##,
        r##"[1, 2]3003[1, 2, 3]1231,2,3[r, a, a, a]"##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r><a>1</a></r>'); x << { q('w') }; x.a << 'more'; x.a + { z() }; x.children().size() + groovy.xml.XmlUtil.serialize(x)"##,
        r##"1<?xml version="1.0" encoding="UTF-8"?><r>
  <a>1more</a>
  <z/>
  <q>w</q>
</r>
"##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r><a>1</a></r>'); x.a.replaceNode { throw new Exception('x') }; try { groovy.xml.XmlUtil.serialize(x) } catch (e) { e.toString() }"##,
        r##"groovy.lang.GroovyRuntimeException: org.xml.sax.SAXParseException; lineNumber: 1; columnNumber: 1; Content is not allowed in prolog."##,
    ),
    (
        r##"def x = new XmlSlurper().parseText('<r><a>1</a></r>'); x.a[0].attributes().x = '1'; x.a.@y = '2'; x.a[0].b = 'q'; groovy.xml.XmlUtil.serialize(x)"##,
        r##"<?xml version="1.0" encoding="UTF-8"?><r>
  <a x="1" y="2">1</a>
</r>
"##,
    ),
    (
        r##"def d = groovy.xml.DOMBuilder.parse(new StringReader('<r><a i="1">x</a><a i="2">y</a></r>')); def p = javax.xml.xpath.XPathFactory.newInstance().newXPath(); p.evaluate('//a[@i=2]', d) + p.evaluate('//a', d, javax.xml.xpath.XPathConstants.NODESET).collect { it.textContent } + p.evaluate('count(//a)', d, javax.xml.xpath.XPathConstants.NUMBER) + d.documentElement.firstChild"##,
        r##"y[x, y]2.0<?xml version="1.0" encoding="UTF-8"?><a i="1">x</a>
"##,
    ),
    (
        r##"def d = javax.xml.parsers.DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream('<r><a i="1">x</a><!-- c --></r>'.bytes)); def e = d.createElement('new'); e.setAttribute('k', 'v"<'); e.setTextContent('t&'); d.documentElement.appendChild(e); def t = javax.xml.transform.TransformerFactory.newInstance().newTransformer(); def w = new StringWriter(); t.transform(new javax.xml.transform.dom.DOMSource(d), new javax.xml.transform.stream.StreamResult(w)); w.toString()"##,
        r##"<?xml version="1.0" encoding="UTF-8" standalone="no"?><r><a i="1">x</a><!-- c --><new k="v&quot;&lt;">t&amp;</new></r>"##,
    ),
];

#[test]
fn documents_are_what_groovy_makes_of_them() {
    for (snippet, expected) in SNIPPETS {
        assert_eq!(outcome(snippet).1, *expected, "{snippet}");
    }
}
