//! `javax.mail` in scripts. What is expected is what JavaMail 1.6 gives.

use crate::support::outcome;

const IMPORTS: &str = "import javax.mail.*\nimport javax.mail.internet.*\n\
    import javax.mail.util.*\nimport javax.activation.*\n\
    def out = { m -> def o = new ByteArrayOutputStream(); m.writeTo(o)\n\
      o.toString('UTF-8').replaceAll(/----=_Part_\\d+_\\d+\\.\\d+/, 'BB') }\n\
    def one = { b -> def m = new MimeMultipart(); m.addBodyPart(b); m.updateHeaders(); out(m) }\n\
    def source = { s, t -> new ByteArrayDataSource(s.getBytes('UTF-8'), t) }\n\
    def bin = { byte[] x, t -> def b = new MimeBodyPart()\n\
      b.dataHandler = new DataHandler(new ByteArrayDataSource(x, t)); b }\n\
    def raw = { s, t = 'multipart/mixed; boundary=zz' ->\n\
      new MimeMultipart(source(s.replace('\\n', '\\r\\n'), t)) }\n\
    def mail = { raw('''preamble\n--zz\nContent-Type: text/plain; charset=utf-8\n\
Content-ID: <one>\n\ngrün\n--zz\nContent-Type: application/pdf; name=\"x.pdf\"\n\
Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"y.pdf\"\n\
Content-ID: <two@x>\n\nSGVs\nbG8=\n--zz\nContent-Type: multipart/related; boundary=inner\n\n\
--inner\n\nplain\n--inner\nContent-Type: text/xml; charset=utf-8\n\
Content-Transfer-Encoding: quoted-printable\n\n<a>=C3=BC=\nx</a>\n--inner--\n--zz--\n\
epilogue\n''') }\n";

/// The text of what a snippet gives, with line ends shown, or of what it throws.
#[track_caller]
fn gives(snippet: &str, expected: &str) {
    let (class, text) = outcome(&format!("{IMPORTS}{snippet}"));
    let text = text
        .replace('\r', "\\r")
        .replace('\n', "\\n")
        .replace('\t', "\\t");
    let found = match class.strip_prefix("THROWS ") {
        Some(class) => format!("{class}: {text}"),
        None => text,
    };
    assert_eq!(found, expected, "{snippet}");
}

#[test]
fn a_form_is_written_as_javamail_writes_it() {
    gives(
        "def b = new MimeBodyPart(); b.setText('grün')\n\
         b.setDisposition('form-data; name=\"x\"'); one(b)",
        "--BB\\r\\nContent-Type: text/plain; charset=UTF-8\\r\\n\
         Content-Transfer-Encoding: quoted-printable\\r\\n\
         Content-Disposition: form-data; name=\"x\"\\r\\n\\r\\ngr=C3=BCn\\r\\n--BB--\\r\\n",
    );
    gives(
        "def b = bin('PK\\u0003\\u0004'.bytes, 'application/zip'); b.setFileName('a.zip')\n\
         b.setDisposition('form-data; name=\"content\"'); one(b) + b.fileName + b.disposition",
        "--BB\\r\\nContent-Type: application/zip; name=a.zip\\r\\n\
         Content-Transfer-Encoding: base64\\r\\n\
         Content-Disposition: form-data; name=\"content\"; filename=a.zip\\r\\n\\r\\n\
         UEsDBA==\\r\\n--BB--\\r\\na.zipform-data",
    );
    gives(
        "new ContentType(new MimeMultipart().contentType).getParameter('boundary')\
         .startsWith('----=_Part_')",
        "true",
    );
    gives(
        "new MimeMultipart('related').contentType.replaceAll(/\\d/, '')",
        "multipart/related; \\r\\n\\tboundary=\"----=_Part__.\"",
    );
}

#[test]
fn headers_are_only_what_is_asked_for_until_they_are_updated() {
    gives(
        "def b = new MimeBodyPart(); b.setText('<a/>', 'utf-8', 'xml'); b.contentID = '<q>'\n\
         out(b) + b.contentType",
        "Content-ID: <q>\\r\\n\\r\\n<a/>text/plain",
    );
    gives(
        "def b = new MimeBodyPart(); b.setText('x'); b.addHeader('X-A', '1')\n\
         b.addHeader('Content-Disposition', 'inline'); b.description = 'd'\n\
         one(b) + b.content + b.size + b.encoding",
        "--BB\\r\\nContent-Type: text/plain; charset=us-ascii\\r\\n\
         Content-Transfer-Encoding: 7bit\\r\\nX-A: 1\\r\\nContent-Disposition: inline\\r\\n\
         Content-Description: d\\r\\n\\r\\nx\\r\\n--BB--\\r\\nx-17bit",
    );
    // Other content makes the old description of it go.
    gives(
        "def b = new MimeBodyPart(); b.setHeader('Content-Type', 'text/html'); b.setText('x')\n\
         b.setHeader('Content-Transfer-Encoding', 'base64'); one(b)",
        "--BB\\r\\nContent-Type: text/plain; charset=us-ascii\\r\\n\
         Content-Transfer-Encoding: base64\\r\\n\\r\\neA==\\r\\n--BB--\\r\\n",
    );
    gives(
        "def b = new MimeBodyPart(); b.setHeader('X', 'a'); b.addHeader('x', 'b')\n\
         b.getHeader('X', '; ') + b.getHeader('x') + b.getHeader('x', null) + b.getHeader('y')",
        "a; b[a, b]anull",
    );
    gives(
        "def b = new MimeBodyPart(); b.setHeader('X', 'a'); b.addHeader('x', 'b')\n\
         b.setHeader('X', 'c'); b.setDisposition('inline'); b.setDisposition(null)\n\
         '' + b.getHeader('x') + b.disposition + b.fileName + b.contentType",
        "[c]nullnulltext/plain",
    );
}

#[test]
fn content_chooses_its_encoding() {
    gives(
        "one(bin('plain'.bytes, 'application/json'))",
        "--BB\\r\\nContent-Type: application/json\\r\\nContent-Transfer-Encoding: 7bit\\r\\n\
         \\r\\nplain\\r\\n--BB--\\r\\n",
    );
    gives(
        "def b = new MimeBodyPart(); b.setContent('ü', 'text/html; charset=utf-8'); one(b)",
        "--BB\\r\\nContent-Type: text/html; charset=utf-8\\r\\n\
         Content-Transfer-Encoding: base64\\r\\n\\r\\nw7w=\\r\\n--BB--\\r\\n",
    );
    gives(
        "def b = new MimeBodyPart(); b.setText('ü', 'iso-8859-1', 'html'); one(b)",
        "--BB\\r\\nContent-Type: text/html; charset=iso-8859-1\\r\\n\
         Content-Transfer-Encoding: base64\\r\\n\\r\\n/A==\\r\\n--BB--\\r\\n",
    );
    gives(
        "one(bin('x'.bytes, 'bad type'))",
        "javax.mail.internet.ParseException: In Content-Type string <bad type>, \
         expected '/', got type",
    );
    gives(
        "new MimeBodyPart().content",
        "java.io.IOException: No MimeBodyPart content",
    );
    gives(
        "try { out(new MimeMultipart()) } catch (MessagingException e) { e.message[0..30] }",
        "Empty multipart: multipart/mixe",
    );
}

#[test]
fn multiparts_lie_in_each_other_but_not_in_themselves() {
    gives(
        "def b = new MimeBodyPart(); def i = new MimeMultipart('alternative')\n\
         def c = new MimeBodyPart(); c.setText('x'); i.addBodyPart(c); b.setContent(i); one(b)",
        "--BB\\r\\nContent-Type: multipart/alternative; \\r\\n\\tboundary=\"BB\"\\r\\n\\r\\n\
         --BB\\r\\nContent-Type: text/plain; charset=us-ascii\\r\\n\
         Content-Transfer-Encoding: 7bit\\r\\n\\r\\nx\\r\\n--BB--\\r\\n\\r\\n--BB--\\r\\n",
    );
    gives(
        "def m = new MimeMultipart(); def b = new MimeBodyPart(); m.addBodyPart(b)\n\
         b.setContent(m); try { m.updateHeaders() } catch (MessagingException e) { out(m) }",
        "javax.mail.MessagingException: multiparts lie too deep in each other",
    );
    gives(
        "def m = new MimeMultipart(); def b = new MimeBodyPart(); def c = new MimeBodyPart()\n\
         m.addBodyPart(b); m.addBodyPart(c, 0); [m.getBodyPart(0).is(c), m.removeBodyPart(b),\n\
         m.count, m.removeBodyPart(b)]",
        "[true, true, 1, false]",
    );
}

#[test]
fn parts_are_read_as_what_they_are() {
    gives(
        "def m = mail(); [m.count, m.preamble, m.getBodyPart(0).content,\n\
         m.getBodyPart(1).inputStream.text, m.getBodyPart(1).size]",
        "[3, preamble\\n, grün, Hello, 10]",
    );
    gives(
        "def b = mail().getBodyPart('<two@x>'); [b.contentType, b.fileName, b.disposition,\n\
         b.isMimeType('APPLICATION/*'), b.isMimeType('text/xml'), b.content.class.name]",
        "[application/pdf; name=\"x.pdf\", y.pdf, attachment, true, false, \
         com.sun.mail.util.BASE64DecoderStream]",
    );
    gives(
        "MimeMultipart inner = (MimeMultipart) mail().getBodyPart(2).getContent()\n\
         BodyPart b = inner.getBodyPart(1)\n\
         ByteArrayInputStream s = (ByteArrayInputStream) inner.getBodyPart(0).inputStream\n\
         [inner.count, b.content, s.text, mail().getBodyPart('none')]",
        "[2, <a>üx</a>, plain, null]",
    );
    gives(
        "mail().getBodyPart(7)",
        "java.lang.ArrayIndexOutOfBoundsException: 7 >= 3",
    );
    gives(
        "def t = out(mail()); t == out(new MimeMultipart(source(t, 'multipart/mixed; boundary=zz')))",
        "true",
    );
}

#[test]
fn what_is_cut_off_or_odd_is_read_as_far_as_it_goes() {
    let missing = "javax.mail.internet.ParseException: Missing start boundary";
    gives("raw('no multipart').count", missing);
    gives("raw('no multipart', 'multipart/form-data').count", missing);
    gives("raw('').count", missing);
    gives(
        "mail(); raw('--a\\n\\nx\\n--a--', 'multipart/form-data').count",
        "1",
    );
    gives("raw('--zz\\n\\nx').getBodyPart(0).content", "x");
    gives("raw('--zz\\nA: b\\n').count", "0");
    gives(
        "def m = raw('--zz  \\n\\nx\\n--zzz\\ny\\n--zz  \\nA: b\\n\\nw\\n--zz-- trailing')\n\
         [m.count, m.getBodyPart(0).content, m.getBodyPart(1).content]",
        "[2, x\\r\\n--zzz\\r\\ny, w]",
    );
    gives(
        "def m = new MimeMultipart(source('--zz\\n\\nx\\n--zz\\n\\ny\\n--zz--',\n\
         'multipart/mixed; boundary=zz')); m.getBodyPart(1).content",
        "y",
    );
    gives(
        "raw('--zz\\nnot a header\\nContent-Type:text/html;\\n a=b\\n\\nx\\n--zz--')\
         .getBodyPart(0).contentType",
        "text/html;\\r\\n a=b",
    );
    // Without a charset each byte is a character.
    gives("raw('--zz\\n\\nü\\n--zz--').getBodyPart(0).content", "Ã¼");
    gives(
        "raw('--zz\\nContent-Type: text/plain; charset=nope\\n\\nx\\n--zz--')\
         .getBodyPart(0).content",
        "java.io.UnsupportedEncodingException: nope",
    );
    gives(
        "raw('--zz\\nContent-Transfer-Encoding: strange\\n\\nx\\n--zz--').getBodyPart(0).content",
        "java.io.IOException: Unknown encoding: strange",
    );
    gives(
        "raw('--zz\\nContent-Type: foo bar\\n\\n<x>\\n--zz--').getBodyPart(0).content.class.name",
        "javax.mail.util.SharedByteArrayInputStream",
    );
}

#[test]
fn words_of_headers_are_decoded_and_encoded() {
    gives(
        "MimeUtility.decodeText('a =?UTF-8?B?w6Q=?= \\t =?UTF-8?Q?=C3=B6_x?= y =?bad?=')",
        "a äö x y =?bad?=",
    );
    gives("MimeUtility.encodeText('äb')", "=?UTF-8?B?w6Ri?=");
    gives(
        "MimeUtility.encodeText('ab_cd e ü=', 'UTF-8', null)",
        "=?UTF-8?Q?ab=5Fcd_e_=C3=BC=3D?=",
    );
    gives(
        "MimeUtility.encodeWord('ab.cd e ü', 'UTF-8', 'Q')",
        "=?UTF-8?Q?ab=2Ecd_e_=C3=BC?=",
    );
    gives(
        "def t = MimeUtility.encodeText('ä' * 40, 'UTF-8', 'Q')\n\
         [t.split(' ')*.length(), MimeUtility.decodeText(t).length()]",
        "[[72, 72, 72, 72], 40]",
    );
    gives(
        "MimeUtility.decodeWord('x')",
        "javax.mail.internet.ParseException: encoded word does not start with \"=?\": x",
    );
    gives("MimeUtility.unfold('a\\r\\n \\tb\\nc')", "a b\\nc");
}

#[test]
fn streams_are_decoded() {
    gives(
        "MimeUtility.decode(new ByteArrayInputStream(\n\
         'begin 644 x.txt\\r\\n#0V%T\\r\\n`\\r\\nend\\r\\n'.bytes), 'uuencode').text",
        "Cat",
    );
    gives(
        "MimeUtility.decode(new ByteArrayInputStream('nothing'.bytes), 'uuencode').text",
        "com.sun.mail.util.DecodingException: UUDecoder: Missing begin",
    );
    gives(
        "MimeUtility.decode(new ByteArrayInputStream('x'.bytes), 'foo')",
        "javax.mail.MessagingException: Unknown encoding: foo",
    );
    gives(
        "new SharedByteArrayInputStream('abcdef'.bytes, 1, 2).text",
        "bc",
    );
}

#[test]
fn handlers_know_text_and_multiparts() {
    gives(
        "def h = { t -> new DataHandler(source('<a/>', t)).content }\n\
         [h('text/xml; charset=utf-8'), h('text/html'), h('application/json').class.simpleName]",
        "[<a/>, <a/>, SharedByteArrayInputStream]",
    );
    gives(
        "new DataHandler(source('--q\\r\\n\\r\\nx\\r\\n--q--', 'multipart/related; boundary=q'))\
         .content.getBodyPart(0).content",
        "x",
    );
    gives(
        "new ByteArrayDataSource('ü', 'text/plain; charset=iso-8859-1').inputStream.bytes.length",
        "1",
    );
    gives(
        "def t = new ContentType('text/xml; Charset=x; n=\"a b\"'); t.setParameter('q', 'ü')\n\
         [t.baseType, t.match('TEXT/*'), t.match(new ContentType('a/b')),\n\
          t.getParameter('charset'), t.toString()]",
        "[text/xml, true, false, x, text/xml; charset=x; n=\"a b\"; q*=UTF-8''%C3%BC]",
    );
    gives(
        "javax.ws.rs.core.MediaType.APPLICATION_XML",
        "application/xml",
    );
}
